"""What every answer goes through leaves a stream as it is."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.api.builders import Store
from tests.api.processes import Served, served
from tests.plain_http import PLAIN

ALL = {"Authorization": "Bearer all"}


@pytest.fixture
async def server(store: Store, database_url: str) -> AsyncIterator[Served]:
    await store.project()
    await store.meter()
    await store.client()
    for _ in range(100):
        await store.change()
    await store.settle()
    with served(database_url, GRIDFEED_STREAM_HEARTBEAT_SECONDS="1") as running:
        yield running


@pytest.mark.parametrize("encoding", ["gzip", "zstd", "gzip, zstd, br"])
def test_a_stream_is_not_compressed_and_comes_event_by_event(server: Served, encoding: str) -> None:
    headers = ALL | {"Accept-Encoding": encoding, "If-None-Match": "*"}
    url = f"{server.url}/v1/stream?after=0"
    with httpx.stream("GET", url, headers=headers, **PLAIN) as answer:
        assert answer.status_code == 200
        assert "content-encoding" not in answer.headers
        assert "etag" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
        lines = answer.iter_lines()
        assert (
            sum(
                line.startswith("event: CREATED")
                for line, _ in zip(lines, range(400), strict=False)
            )
            == 100
        )


def test_head_tells_the_headers_and_ends(server: Served) -> None:
    answer = httpx.head(f"{server.url}/v1/stream", headers=ALL, **PLAIN)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")
    missing = httpx.head(f"{server.url}/v1/stream", **PLAIN)
    assert missing.status_code == 401


@pytest.mark.parametrize(
    ("accept", "status"),
    [("text/event-stream", 200), ("*/*", 200), ("text/*", 200), ("application/json", 406)],
)
def test_a_stream_is_for_who_accepts_one(server: Served, accept: str, status: int) -> None:
    headers = ALL | {"Accept": accept}
    with httpx.stream("GET", f"{server.url}/v1/stream", headers=headers, **PLAIN) as answer:
        assert answer.status_code == status


def test_every_stream_is_told_another_time_to_come_back(server: Served) -> None:
    found = set()
    for _ in range(8):
        with httpx.stream("GET", f"{server.url}/v1/stream", headers=ALL, **PLAIN) as answer:
            first = next(answer.iter_lines())
        name, _, milliseconds = first.partition(": ")
        assert name == "retry"
        assert 500 <= int(milliseconds) <= 5000
        found.add(milliseconds)
    assert len(found) > 1


LEG = r'gridfeed_change_leg_seconds_count\{leg="stored_to_published"\}'


async def test_metrics_tell_the_legs_of_what_was_pushed(server: Served, store: Store) -> None:
    with httpx.stream("GET", f"{server.url}/v1/stream", headers=ALL, **PLAIN) as answer:
        lines = answer.iter_lines()
        # Nothing tells when the feed is followed; a change of before is pushed, but is not new.
        sent = await pushed(store, lines)
        async with asyncio.timeout(60):
            while not (counted := legs(server)):
                await asyncio.sleep(0.5)
                sent += await pushed(store, lines)
        # The legs are counted when the change has left, which its reader may see before.
        sent += await pushed(store, lines)
        async with asyncio.timeout(60):
            while legs(server) == counted:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.05)
        assert legs(server) <= sent
        assert 'gridfeed_streams{transport="sse"} 1.0' in server.get("/metrics").text


async def pushed(store: Store, lines: Iterator[str]) -> int:
    """Publish a change and wait until the stream has told it; return how many that is."""
    await store.change()
    while not next(lines).startswith("event: CREATED"):
        pass
    return 1


def legs(server: Served) -> int:
    """Return how many changes are counted that were pushed when they were new."""
    counted = re.search(rf"^{LEG} (\S+)$", server.get("/metrics").text, re.MULTILINE)
    return int(float(counted[1])) if counted else 0
