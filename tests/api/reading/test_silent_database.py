"""The way to the database goes silent under the API: it answers again within seconds, and so on."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from api.reading.database import DatabaseAwayError
from api.webhooks.pool import PusherPool
from tests.api.application import settings_for
from tests.api.builders import Store
from tests.api.processes import Served, Stream, served, until
from tests.silent_proxy import SilentProxy, silent_database

pytestmark = pytest.mark.slow

#: On a quiet machine it takes a third of that at most.
RECOVERED_SECONDS = 45.0


@pytest.fixture
def behind(feed: Store, database_url: str) -> Iterator[tuple[Served, SilentProxy]]:
    """The API, which reaches its database through a proxy alone."""
    with silent_database(database_url) as (proxy, url), served(url) as running:
        yield running, proxy


def test_requests_streams_and_readiness_go_on_after_all_connections_went_silent(
    behind: tuple[Served, SilentProxy], database_url: str
) -> None:
    server, proxy = behind
    stream = Stream(server.url, {"after": "0"}).open()
    for place in range(8):
        assert answers(server, place)
    for silence in range(2):
        assert proxy.silence() > 0
        began = time.monotonic()
        until(lambda: server.get("/readyz").status_code == 200, RECOVERED_SECONDS)
        until(lambda place=silence: answers(server, 100 + place), RECOVERED_SECONDS)  # type: ignore[misc]
        asyncio.run(publish(database_url))
        until(lambda count=silence: len(stream.ids) > count, RECOVERED_SECONDS)  # type: ignore[misc]
        assert time.monotonic() - began < RECOVERED_SECONDS
    stream.wait_for(2)
    assert len(set(stream.ids)) == len(stream.ids) == 2


async def test_the_connections_of_webhooks_are_replaced_when_they_went_silent(
    database_url: str,
) -> None:
    with silent_database(database_url) as (proxy, url):
        pool = PusherPool(settings_for(url))
        assert await count(pool) == 0
        proxy.silence()
        began = time.monotonic()
        with pytest.raises(DatabaseAwayError):
            await count(pool)
        assert await count(pool) == 0
        assert time.monotonic() - began < RECOVERED_SECONDS
        proxy.silence()
        await pool.close()


async def count(pool: PusherPool) -> int:
    async with pool.connection() as connection:
        return int(await connection.fetchval("SELECT count(*) FROM webhook"))


def answers(server: Served, place: int) -> bool:
    """Ask what nobody has asked before."""
    day = f"2020-01-01T00:00:{place % 60:02d}Z"
    path = "/cds/v1/usage-segments"
    return server.get(path, start=day, limit=10 + place).status_code == 200


async def publish(url: str) -> None:
    async with Store(url) as store:
        await store.change(meter="mp")
