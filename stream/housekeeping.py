"""Thins and removes expired history, and ends silent database sessions."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from gridfeed import clock
from gridfeed.settings import Settings
from gridfeed.storage.connect import Connection, Pool
from gridfeed.storage.housekeeping import (
    OPEN_TABLES,
    delete_open_versions,
    drop_open_chunks,
    end_housekeeping,
    try_housekeeping,
)
from gridfeed.storage.silent import end_silent
from gridfeed.storage.thin import thin_changes, thin_open_versions
from gridfeed.storage.trim import move_floor, remove
from stream.observe import CHANGES_REMOVED, REMOVED, THINNED
from stream.patience import patiently

log = structlog.get_logger()

#: How often expired history is looked for. The tables grow by so much more than the settings say.
PERIOD_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What is kept, by when it was replaced (values) or recorded (changes).

    open_versions: removed if replaced earlier. changes: removed if recorded earlier; None: all are
    kept. detail: of open intervals, thinned if earlier; None: nothing is thinned.
    """

    open_versions: datetime
    changes: datetime | None = None
    detail: datetime | None = None


async def keep_house_for_ever(settings: Settings, pool: Pool) -> None:
    """Keep house at once and then every PERIOD_SECONDS, until cancelled."""
    while True:
        now = clock.now()
        limits = Limits(
            open_versions=now - timedelta(days=settings.open_history_days),
            changes=now - timedelta(days=settings.changes_retention_days),
            detail=now - timedelta(hours=settings.open_detail_hours),
        )
        await patiently(partial(keep_house, pool, limits))
        await asyncio.sleep(PERIOD_SECONDS)


async def end_silent_for_ever(settings: Settings, pool: Pool) -> None:
    """End silent sessions in this database, until cancelled."""

    async def look() -> None:
        async with pool.acquire() as connection:
            await end_silent(connection, settings)

    while True:
        await asyncio.sleep(settings.kafka_session_seconds / 2)
        await patiently(look)


async def keep_house(pool: Pool, limits: Limits) -> None:
    """Remove and thin what is older than the limits; do nothing while another worker does."""
    async with pool.acquire() as connection:
        if not await try_housekeeping(connection):
            return
        try:
            await _remove_open_versions(connection, limits.open_versions)
            if limits.changes:
                await _trim_feed(connection, limits.changes)
            if limits.detail:
                await _thin(connection, limits.detail)
        finally:
            await end_housekeeping(connection)


async def _remove_open_versions(connection: Connection, before: datetime) -> None:
    chunks = rows = 0
    for table in OPEN_TABLES:
        chunks += await drop_open_chunks(connection, table, before)
        while deleted := await delete_open_versions(connection, table, before):
            rows += deleted
    REMOVED.labels("chunks").inc(chunks)
    REMOVED.labels("rows").inc(rows)
    if chunks or rows:
        log.info("open history removed", before=before.isoformat(), chunks=chunks, rows=rows)


async def _thin(connection: Connection, before: datetime) -> None:
    for thin, unit in ((thin_open_versions, "values"), (thin_changes, "changes")):
        while (removed := await thin(connection, before)) is not None:
            THINNED.labels(unit).inc(removed)


async def _trim_feed(connection: Connection, before: datetime) -> None:
    while floor := await move_floor(connection, before):
        chunks, rows = await remove(connection, before)
        CHANGES_REMOVED.labels("chunks").inc(chunks)
        CHANGES_REMOVED.labels("rows").inc(rows)
        log.info("feed trimmed", before=before.isoformat(), floor=floor, chunks=chunks, rows=rows)
    await remove(connection, before)  # left by a worker that was killed after it moved the floor
