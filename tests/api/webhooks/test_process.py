"""Processes that deliver and are killed: what was not noted is delivered again, as it was."""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from aiohttp import web

from cli.local.service import free_port
from tests import programs
from tests.api.builders import Store
from tests.api.test_serve import wait_until_ready
from tests.api.webhooks.receiver import Receiver, beside, status
from tests.plain_http import PLAIN

TIMEOUT_SECONDS = 3
#: A lease is longer than two attempts.
LEASE_SECONDS = 2 * TIMEOUT_SECONDS + 5


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver in a thread of its own."""
    with beside() as receiver:
        yield receiver


@contextmanager
def serving(
    database_url: str, folder: Path, **settings: object
) -> Iterator[tuple[str, programs.Program]]:
    """Give the address of an API process that may deliver to this machine, and the process."""
    port = free_port()
    environment = {
        "GRIDFEED_API_PORT": str(port),
        "GRIDFEED_DATABASE_URL": database_url,
        "GRIDFEED_WEBHOOK_ALLOW_HTTP": "true",
        "GRIDFEED_WEBHOOK_ALLOW_PRIVATE": "true",
        "GRIDFEED_WEBHOOK_TIMEOUT_SECONDS": str(TIMEOUT_SECONDS),
        **{f"GRIDFEED_{name.upper()}": str(value) for name, value in settings.items()},
    }
    log = folder / f"{port}.log"
    process = programs.start("serve", environment=environment, output=log)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}/readyz")
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait()


def healthy(api: str) -> bool:
    return httpx.get(f"{api}/healthz", **PLAIN).status_code == 200


def subscribe(api: str, receiver: Receiver) -> str:
    headers = {"Authorization": "Bearer all"}
    body = {"url": receiver.url, "after": "0"}
    answer = httpx.post(f"{api}/v1/webhooks", json=body, headers=headers, **PLAIN)
    assert answer.status_code == 201, answer.text
    secret: str = answer.json()["secret"]
    return secret


def wait_for(receiver: Receiver, count: int, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while len(receiver.received) < count:
        assert time.monotonic() < deadline, f"only {len(receiver.received)} of {count} came"
        time.sleep(0.05)


@pytest.fixture
async def feed(store: Store) -> Store:
    await store.project()
    await store.meter()
    await store.client()
    return store


def answers_when_killed(kill: Callable[[], None]) -> Callable[[web.Request], object]:
    async def answer(request: web.Request) -> web.StreamResponse:
        kill()
        return await status(200)(request)

    return answer


@pytest.mark.fault
@pytest.mark.slow
async def test_a_process_killed_between_delivery_and_commit_delivers_again_under_the_same_id(
    feed: Store, receiver: Receiver, database_url: str, tmp_path: Path
) -> None:
    with serving(database_url, tmp_path) as (api, process):
        receiver.answers.append(answers_when_killed(process.kill))  # type: ignore[arg-type]
        secret = subscribe(api, receiver)
        await feed.change("2026-03-01")
        wait_for(receiver, 1)
        assert process.wait(10) == -signal.SIGKILL
    await feed.change("2026-03-02")
    with serving(database_url, tmp_path):
        wait_for(receiver, 3)
        await asyncio.sleep(1.5)
    first, again, rest = receiver.received
    assert first.message_id == again.message_id
    assert first.change_ids() == again.change_ids()
    assert rest.message_id != first.message_id
    assert [each.days() for each in (again, rest)] == [["2026-03-01"], ["2026-03-02"]]
    assert all(each.verify(secret) for each in receiver.received)


@pytest.mark.fault
@pytest.mark.slow
async def test_of_two_processes_the_one_that_lives_takes_over_when_the_lease_ends(
    feed: Store, receiver: Receiver, database_url: str, tmp_path: Path
) -> None:
    with serving(database_url, tmp_path) as (api, process):
        receiver.answers.append(answers_when_killed(process.kill))  # type: ignore[arg-type]
        subscribe(api, receiver)
        with serving(database_url, tmp_path, webhook_dispatch=False) as (idle, _):
            assert healthy(idle)
            await feed.change("2026-03-01")
            wait_for(receiver, 1)
            killed_at = time.monotonic()
            with serving(database_url, tmp_path):
                wait_for(receiver, 2)
                assert time.monotonic() - killed_at > LEASE_SECONDS - 1
                for day in range(2, 9):
                    await feed.change(f"2026-03-0{day}")
                wait_for_days(receiver, 8)
    assert receiver.most_at_once == 1
    days = [day for message in receiver.received[1:] for day in message.days()]
    assert days == [f"2026-03-0{day}" for day in range(1, 9)]


def wait_for_days(receiver: Receiver, count: int) -> None:
    deadline = time.monotonic() + 90
    while sum(len(message.days()) for message in receiver.received[1:]) < count:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
async def test_a_process_told_to_stop_gives_back_what_it_has_in_hand(
    feed: Store, receiver: Receiver, database_url: str, tmp_path: Path
) -> None:
    """The next process need not wait for a lease of 45 s."""

    async def slowly(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(10)
        return await status(200)(request)

    receiver.answers.append(slowly)
    long = {"webhook_timeout_seconds": 20}
    with serving(database_url, tmp_path, **long) as (api, process):
        subscribe(api, receiver)
        await feed.change("2026-03-01")
        wait_for(receiver, 1)
        process.terminate()
        assert process.wait(10) == 0
    stopped_at = time.monotonic()
    with serving(database_url, tmp_path, **long):
        wait_for(receiver, 2)
    assert time.monotonic() - stopped_at < 40
    first, again = receiver.received
    assert first.message_id == again.message_id
