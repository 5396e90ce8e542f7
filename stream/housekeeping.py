"""Once an hour one of the workers removes what need not be kept."""

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
from stream.observe import REMOVED
from stream.patience import patiently

log = structlog.get_logger()

HOUR = 3600.0


async def keep_house_for_ever(settings: Settings, pool: Pool) -> None:
    """Keep house now and every hour until cancelled."""
    kept = timedelta(days=settings.open_history_days)
    while True:
        await patiently(lambda: keep_house(pool, clock.now() - kept))
        await asyncio.sleep(HOUR)


async def keep_house(pool: Pool, before: datetime) -> None:
    """Remove the former values of open intervals that were replaced before the instant.

    Nothing happens while another worker does it.
    """
    async with pool.acquire() as connection:
        if not await try_housekeeping(connection):
            return
        try:
            await _remove_open_versions(connection, before)
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
