"""A worker warns of a transaction that holds the feed up, and only as long as it is open."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import asyncpg
import pytest
from pydantic import SecretStr

from gridfeed.settings import Settings
from gridfeed.storage import held as storage
from gridfeed.storage.connect import open_pool
from stream import held
from stream.observe import FEED_HELD


async def test_an_open_transaction_is_a_warning_until_it_ends(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "LONGEST_TRANSACTION", timedelta(0))
    monkeypatch.setattr(held, "LOOK_SECONDS", 0.05)
    pool = await open_pool(Settings(database_url=SecretStr(database_url)))
    watched = held.Held()
    watching = asyncio.create_task(watched.watch_for_ever(pool))

    async def until(count: int) -> None:
        async with asyncio.timeout(30):
            while sum(NAME in each for each in watched.warnings()) != count:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    writing = await asyncpg.connect(database_url, server_settings={"application_name": NAME})
    async with writing.transaction():
        await writing.execute("SELECT pg_current_xact_id()")
        await until(1)
        (warning,) = [each for each in watched.warnings() if NAME in each]
        assert f"process {writing.get_server_pid()} " in warning
        await writing.execute("SELECT pg_sleep(1.1)")
        async with asyncio.timeout(30):
            while not FEED_HELD._value.get():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    await until(0)
    await writing.close()
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    await pool.close()


NAME = "a-forgotten-window"
