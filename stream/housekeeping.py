"""Removes expired history every hour, and ends silent database sessions all the time."""

import asyncio
from datetime import datetime, timedelta

import structlog

from gridfeed import clock
from gridfeed.settings import Settings
from gridfeed.storage.connect import Connection, Pool
from gridfeed.storage.housekeeping import (
    delete_open_versions,
    drop_open_chunks,
    end_housekeeping,
    try_housekeeping,
)
from gridfeed.storage.silent import end_silent
from gridfeed.storage.trim import move_floor, remove
from stream.observe import CHANGES_REMOVED, REMOVED
from stream.patience import patiently

log = structlog.get_logger()

HOUR = 3600.0


async def keep_house_for_ever(settings: Settings, pool: Pool) -> None:
    """Keep house at once and then every hour, until cancelled."""
    history = timedelta(days=settings.open_history_days)
    changes = timedelta(days=settings.changes_retention_days)
    while True:
        await patiently(lambda: keep_house(pool, clock.now() - history, clock.now() - changes))
        await asyncio.sleep(HOUR)


async def end_silent_for_ever(settings: Settings, pool: Pool) -> None:
    """End silent sessions in this database, until cancelled."""

    async def look() -> None:
        async with pool.acquire() as connection:
            await end_silent(connection, settings)

    while True:
        await asyncio.sleep(settings.kafka_session_seconds / 2)
        await patiently(look)


async def keep_house(pool: Pool, before: datetime, changes_before: datetime | None = None) -> None:
    """Remove former values of open intervals that were replaced before `before`.

    Also removes changes recorded before `changes_before`, if it is given. Does nothing while
    another worker keeps house.
    """
    async with pool.acquire() as connection:
        if not await try_housekeeping(connection):
            return
        try:
            await _remove_open_versions(connection, before)
            if changes_before:
                await _trim_feed(connection, changes_before)
        finally:
            await end_housekeeping(connection)


async def _remove_open_versions(connection: Connection, before: datetime) -> None:
    chunks = await drop_open_chunks(connection, before)
    rows = 0
    while deleted := await delete_open_versions(connection, before):
        rows += deleted
    REMOVED.labels("chunks").inc(chunks)
    REMOVED.labels("rows").inc(rows)
    if chunks or rows:
        log.info("open history removed", before=before.isoformat(), chunks=chunks, rows=rows)


async def _trim_feed(connection: Connection, before: datetime) -> None:
    while floor := await move_floor(connection, before):
        chunks, rows = await remove(connection, before)
        CHANGES_REMOVED.labels("chunks").inc(chunks)
        CHANGES_REMOVED.labels("rows").inc(rows)
        log.info("feed trimmed", before=before.isoformat(), floor=floor, chunks=chunks, rows=rows)
    await remove(connection, before)  # left by a worker that was killed after it moved the floor
