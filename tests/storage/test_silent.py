"""A client that is frozen in the middle of a statement loses what it holds; nobody else does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from gridfeed.settings import Settings
from gridfeed.storage.connect import Connection
from gridfeed.storage.silent import end_silent

LOCK = "SELECT pg_advisory_xact_lock(1)"
FREE = "SELECT pg_try_advisory_xact_lock(1)"


@asynccontextmanager
async def session(url: str, name: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(url, server_settings={"application_name": name})
    try:
        yield connection
    finally:
        connection.terminate()


@pytest.mark.parametrize(
    ("name", "statement", "seconds", "is_ended"),
    [
        ("gridfeed-worker", "prepared", 0.01, True),
        ("gridfeed-webhooks", "prepared", 0.01, True),
        ("gridfeed-worker", "prepared", 60, False),  # only slow
        ("gridfeed-worker", "executed", 0.01, False),  # by its own time-out
        ("somebody", "prepared", 0.01, False),
    ],
)
async def test_only_a_session_of_ours_that_stays_in_a_prepared_statement_is_ended(
    database_url: str, name: str, statement: str, seconds: float, is_ended: bool
) -> None:
    settings = Settings(kafka_session_seconds=seconds)
    async with session(database_url, name) as frozen, session(database_url, "other") as other:
        await frozen.execute("BEGIN")
        await frozen.execute(LOCK)
        # asyncpg prepares without the Sync that ends a statement: frozen here, it stays active.
        await (frozen.prepare if statement == "prepared" else frozen.execute)("SELECT 1")
        await other.execute("SELECT pg_sleep(0.1)")
        await end_silent(other, settings)
        await other.execute("SELECT pg_sleep(0.1)")
        assert await other.fetchval(FREE) is is_ended
        if not is_ended:
            assert await frozen.fetchval("SELECT 1") == 1
            return
        with pytest.raises((asyncpg.AdminShutdownError, asyncpg.InterfaceError)):
            await frozen.fetchval("SELECT 1")
