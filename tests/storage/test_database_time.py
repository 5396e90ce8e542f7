"""The database tells the time, and how far its processes are off; no watermark lies ahead."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from gridfeed import clock
from gridfeed.settings import Settings
from gridfeed.storage.connect import Connection
from gridfeed.storage.database_time import ask, drifts, follow_for_ever, session
from gridfeed.storage.source import hold_fence, open_source
from tests.api.application import settings_for


@pytest.fixture
def settings(database_url: str) -> Iterator[Settings]:
    yield settings_for(database_url)
    clock.forget()


async def test_a_process_whose_clock_is_wrong_goes_by_the_database_and_says_so_there(
    settings: Settings, database: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = clock.local_us
    monkeypatch.setattr(clock, "local_us", lambda: right() + 3_600_000_000)
    async with session(settings) as connection:
        await ask(connection, "gridfeed-worker")
        before: datetime = await database.fetchval("SELECT clock_timestamp()")
        assert abs(clock.now() - before) < timedelta(seconds=20)
        assert clock.drift_seconds() == pytest.approx(3600, abs=20)
        await ask(connection, "gridfeed-worker")
        (told,) = await drifts(database)
    assert (told.program, told.drift) == ("gridfeed-worker-clock", pytest.approx(3600, abs=20))


async def test_a_process_that_ends_still_goes_by_the_time_it_was_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = clock.local_us
    monkeypatch.setattr(clock, "local_us", lambda: right() + 3_600_000_000)
    following = asyncio.create_task(follow_for_ever(settings, "gridfeed-worker"))
    for _ in range(600):
        if clock.is_fresh():
            break
        await asyncio.sleep(0.1)
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following
    with pytest.raises(clock.ClockDriftError, match="from the database's"):
        clock.require(30)
    assert abs(clock.now_us() - right()) < 60_000_000


async def test_the_time_that_is_gone_by_is_never_ahead_of_the_database(
    settings: Settings, database: Connection
) -> None:
    async with session(settings) as connection:
        for _ in range(20):
            await ask(connection, "gridfeed-worker")
            ours = clock.now()
            assert ours <= await database.fetchval("SELECT clock_timestamp()")


async def test_a_watermark_never_lies_ahead_of_the_database_whatever_a_worker_says(
    database: Connection,
) -> None:
    source = await open_source(database, "telemetry", ("scada.telemetry", 0))
    now: datetime = await database.fetchval("SELECT clock_timestamp()")
    watermark = "SELECT synced_at FROM ingest_source"
    for said in (now - timedelta(hours=1), now + timedelta(hours=1), None):
        async with database.transaction():
            await hold_fence(database, source, 0, said)
        stored: datetime = await database.fetchval(watermark)
        assert stored <= await database.fetchval("SELECT clock_timestamp()")
        if said is not None:
            assert stored == said or stored >= now
