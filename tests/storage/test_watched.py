"""A silent way to the database holds nobody up for long; a server that works is waited for."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from api.reading.database import SESSION_SETTINGS
from gridfeed.storage import watched
from gridfeed.storage.connect import Pool, open_pool, will_pass
from tests.api.application import settings_for
from tests.silent_proxy import SilentProxy, silent_database

#: Well above what is asked for on a quiet machine, for one that is not.
RECOVERED_SECONDS = 40.0
CONNECTIONS = 8


@asynccontextmanager
async def behind_proxy(
    url: str, server_settings: dict[str, str] | None = None
) -> AsyncIterator[tuple[Pool, SilentProxy]]:
    with silent_database(url) as (proxy, through):
        settings = settings_for(through)
        pool = await open_pool(
            settings, server_settings=server_settings or {"application_name": "gridfeed-test"}
        )
        try:
            yield pool, proxy
        finally:
            pool.terminate()


async def ask(pool: Pool) -> int:
    """Ask until there is an answer, as a worker does."""
    while True:
        try:
            async with pool.acquire() as connection:
                return int(await connection.fetchval("SELECT 1"))
        except Exception as error:
            if not will_pass(error):
                raise


async def test_a_statement_on_a_silent_connection_fails_and_the_next_gets_a_fresh_one(
    database_url: str,
) -> None:
    async with behind_proxy(database_url) as (pool, proxy):
        await asyncio.gather(*(ask(pool) for _ in range(CONNECTIONS)))
        proxy.silence()
        began = time.monotonic()
        assert await asyncio.gather(*(ask(pool) for _ in range(8))) == [1] * 8
        assert time.monotonic() - began < RECOVERED_SECONDS


async def test_locks_of_a_transaction_whose_connection_went_silent_are_free_when_it_is_dropped(
    database_url: str,
) -> None:
    async with behind_proxy(database_url) as (pool, proxy):

        async def lock() -> None:
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute("SELECT pg_advisory_xact_lock(7)")
                proxy.silence()
                await connection.execute("SELECT 1")

        with pytest.raises(Exception, match="connection") as raised:
            await lock()
        assert will_pass(raised.value)
        direct = await asyncpg.connect(database_url)
        try:
            async with asyncio.timeout(RECOVERED_SECONDS):
                await direct.execute("SELECT pg_advisory_lock(7)")
        finally:
            await direct.close()


@pytest.mark.parametrize("server_settings", [None, SESSION_SETTINGS], ids=["worker", "API"])
async def test_what_the_server_works_on_for_long_is_waited_for(
    database_url: str, monkeypatch: pytest.MonkeyPatch, server_settings: dict[str, str] | None
) -> None:
    for name, seconds in (("ASK_SECONDS", 0.2), ("AGAIN_SECONDS", 0.2), ("QUIET_SECONDS", 0.1)):
        monkeypatch.setattr(watched, name, seconds)
    async with (
        behind_proxy(database_url, server_settings) as (pool, _),
        pool.acquire() as connection,
    ):
        before = await connection.fetchval("SELECT pg_backend_pid()")
        await connection.execute("SELECT pg_sleep(4)")
        assert await connection.fetchval("SELECT pg_backend_pid()") == before


async def test_a_statement_given_up_on_a_silent_connection_does_not_keep_it(
    database_url: str,
) -> None:
    async with behind_proxy(database_url) as (pool, proxy):
        await asyncio.gather(*(ask(pool) for _ in range(CONNECTIONS)))
        proxy.silence()

        async def give_up() -> None:
            async with asyncio.timeout(0.5), pool.acquire() as connection:
                await connection.fetchval("SELECT 1")

        given_up = await asyncio.gather(
            *(give_up() for _ in range(CONNECTIONS)), return_exceptions=True
        )
        assert all(isinstance(each, TimeoutError) for each in given_up)
        async with asyncio.timeout(RECOVERED_SECONDS):
            assert await ask(pool) == 1


async def test_while_nobody_answers_anything_each_statement_fails_and_then_all_is_well(
    database_url: str,
) -> None:
    async with behind_proxy(database_url) as (pool, proxy):
        await ask(pool)
        proxy.mute()
        asking = asyncio.create_task(ask(pool))
        await asyncio.sleep(watched.UNANSWERED_SECONDS + watched.ANSWER_SECONDS)
        proxy.unmute()
        async with asyncio.timeout(RECOVERED_SECONDS):
            assert await asking == 1


async def test_a_pool_with_silent_connections_closes(database_url: str) -> None:
    async with behind_proxy(database_url) as (pool, proxy):
        await asyncio.gather(*(ask(pool) for _ in range(CONNECTIONS)))
        proxy.silence()
        async with asyncio.timeout(RECOVERED_SECONDS):
            await pool.close()
