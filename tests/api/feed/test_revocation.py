"""What is under way ends when the grant does, not only what is asked for next."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from api.segments.tables.encoders import ARROW, CSV
from api.web.access.connections import Connections
from api.web.services import provided
from tests.api.application import SEGMENTS, Application
from tests.api.builders import Store, utc
from tests.api.processes import PATIENCE, Served, served
from tests.api.publisher import publish

pytestmark = pytest.mark.embedded

REVOKED = "UPDATE client SET revoked_at = now() WHERE name = $1"
#: The longest that a poll waits when nothing ends it.
WAIT = 60


@pytest.fixture
def server(feed: Store, database_url: str) -> Iterator[Served]:
    with served(database_url) as running:
        yield running


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as threads:
        yield threads


def poll(threads: ThreadPoolExecutor, server: Served, token: str) -> "Future[httpx.Response]":
    return threads.submit(server.get, "/v1/changes", token, after="0", wait=WAIT)


async def answered(polling: "Future[httpx.Response]") -> httpx.Response:
    """Wait for a poll to end, and for less than it waits by itself."""
    return await asyncio.wait_for(asyncio.wrap_future(polling), WAIT * 2 / 3)


async def until_waiting(server: Served) -> None:
    """Wait until the server reads the feed because a poll waits."""
    await asyncio.sleep(1)
    assert server.get("/v1/changes", after="0").status_code == 200


async def test_a_poll_that_waits_is_refused_when_its_token_is_revoked(
    feed: Store, server: Served, threads: ThreadPoolExecutor
) -> None:
    revoked, other = (poll(threads, server, token) for token in ("T_p", "all"))
    await until_waiting(server)
    await feed.execute(REVOKED, "T_p")
    answer = await answered(revoked)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert not other.done()
    await feed.change("2026-03-01", "mq")
    assert len((await answered(other)).json()["changes"]) == 1


async def test_a_poll_that_waits_ends_when_its_token_may_see_something_else(
    feed: Store, server: Served, threads: ThreadPoolExecutor
) -> None:
    regranted = poll(threads, server, "T_p")
    await until_waiting(server)
    await feed.execute("UPDATE client SET projects = '{q}' WHERE name = 'T_p'")
    answer = await answered(regranted)
    assert answer.status_code == 200
    assert answer.json() == {"changes": [], "next": "0"}


class Reader:
    """Asks for a table as a client that takes one message and the rest when it is told to."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    @property
    def size(self) -> int:
        return sum(len(each.get("body", b"")) for each in self.messages)

    @property
    def ended(self) -> bool:
        """Tell whether the answer has its end."""
        return self.messages[-1].get("more_body") is False

    async def ask(self, api: Application, accept: str, token: str) -> None:
        headers = {"authorization": f"Bearer {token}", "accept": accept, "host": "gridfeed.test"}
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
            "scheme": "http", "path": SEGMENTS, "raw_path": SEGMENTS.encode(), "query_string": b"",
            "root_path": "", "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
            "client": ("127.0.0.1", 1), "server": ("gridfeed.test", 80),
        }  # fmt: skip
        await api.app(scope, self._receive, self._send)

    async def _receive(self) -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    async def _send(self, message: Any) -> None:
        self.messages.append(dict(message))
        if message["type"] == "http.response.body":
            self.begun.set()
            await self.go_on.wait()


@pytest.mark.parametrize("accept", [CSV, ARROW])
@pytest.mark.parametrize("revoked", [True, False])
async def test_a_table_stops_when_its_token_is_revoked(
    feed: Store, api: Application, accept: str, *, revoked: bool
) -> None:
    for day in range(1, 21):
        await publish(feed, utc("2026-04-01"), f"2026-03-{day:02}", range(288), meter="mp")
    reader = Reader()
    asking = asyncio.create_task(reader.ask(api, accept, "T_p"))
    await asyncio.wait_for(reader.begun.wait(), PATIENCE)
    begun = reader.size
    if revoked:
        await feed.execute(REVOKED, "T_p")
        tables = provided(api.app, Connections)._tables
        async with asyncio.timeout(20):
            while not any(table.goodbye for table in tables):  # noqa: ASYNC110 - it is looked for
                await asyncio.sleep(0.05)
    reader.go_on.set()
    await asyncio.wait_for(asking, PATIENCE)
    assert reader.messages[0]["status"] == 200
    assert reader.ended is not revoked
    assert (reader.size == begun) is revoked
