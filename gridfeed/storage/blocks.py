"""Raw sample blocks: stores them, and loads them back as rows of series."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import asyncpg
import numpy as np

from gridfeed.domain.calendar.instants import instant, microseconds
from gridfeed.domain.telemetry.block import decode, encode
from gridfeed.domain.telemetry.computed import Ranges, RawBlock
from gridfeed.domain.telemetry.merge import Rows
from gridfeed.domain.telemetry.samples import Samples
from gridfeed.domain.telemetry.series import CHANNELS, Series
from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql

#: Compressing this many blocks takes about 20 ms; then other tasks run.
BLOCKS_AT_ONCE = 100
#: Blocks in one statement.
ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class EncodedBlock:
    """A block as its row stores it. through: the highest Kafka offset in it."""

    meter_id: int
    channel: int
    start: int
    samples: int
    through: int
    encoded: bytes


async def encoded(blocks: Iterable[RawBlock]) -> list[EncodedBlock]:
    """Compress blocks. Await it before the transaction, whose idle time is limited."""
    found: list[EncodedBlock] = []
    for block in blocks:
        samples = block.samples
        found.append(
            EncodedBlock(
                block.meter_id,
                block.channel,
                block.start,
                len(samples),
                int(samples.offset.max()),
                encode(samples, block.start),
            )
        )
        if not len(found) % BLOCKS_AT_ONCE:
            await asyncio.sleep(0)
    return found


async def store_blocks(
    connection: Connection, source_id: int, blocks: Sequence[EncodedBlock]
) -> None:
    """Write whole blocks, in the transaction that holds the fence of their partition."""
    for first in range(0, len(blocks), ROWS_AT_ONCE):
        part = blocks[first : first + ROWS_AT_ONCE]
        await connection.execute(
            *sql(
                "store_blocks",
                source_id=source_id,
                meter_id=[block.meter_id for block in part],
                channel=[CHANNELS[block.channel] for block in part],
                interval_start=[instant(block.start) for block in part],
                samples=[block.samples for block in part],
                through_offset=[block.through for block in part],
                block=[block.encoded for block in part],
            )
        )


async def source_series(connection: Connection, source_id: int) -> list[tuple[int, int]]:
    """Return (meter_id, channel position) of each series of which the partition stored blocks."""
    rows = await connection.fetch(*sql("source_series", source_id=source_id))
    return [(row["meter_id"], CHANNELS.index(row["channel"])) for row in rows]


async def remember_meters(connection: Connection, source_id: int, meter_ids: Sequence[int]) -> None:
    """Remember that this partition brings messages of these meters."""
    await connection.execute(*sql("register_meters", meter_ids=meter_ids, source_id=source_id))


async def load_tails(
    connection: Connection, series: Sequence[tuple[int, int, int]]
) -> list[asyncpg.Record]:
    """Return the newest block rows of each (meter_id, channel position, seconds back)."""
    return await connection.fetch(
        *sql(
            "load_tails",
            meter_id=[meter_id for meter_id, _, _ in series],
            channel=[CHANNELS[channel] for _, channel, _ in series],
            back_seconds=[seconds for _, _, seconds in series],
        )
    )


async def load_ranges(
    connection: Connection, table: Series, ranges: Ranges
) -> list[asyncpg.Record]:
    """Return the block rows in the ranges."""
    return await connection.fetch(
        *sql(
            "load_blocks",
            meter_id=table.meter_id[ranges.series].tolist(),
            channel=[CHANNELS[channel] for channel in table.channel[ranges.series].tolist()],
            first_start=[instant(at) for at in ranges.first.tolist()],
            last_start=[instant(at) for at in ranges.last.tolist()],
            earliest=instant(int(ranges.first.min())),
            latest=instant(int(ranges.last.max())),
        )
    )


def as_rows(table: Series, blocks: Sequence[asyncpg.Record]) -> Rows:
    """Return stored blocks as rows of their registered series."""
    if not blocks:
        return Rows.none()
    parts = [
        decode(block["block"], microseconds(block["interval_start"]), block["source_id"])
        for block in blocks
    ]
    numbers = table.numbers(
        np.array([block["meter_id"] for block in blocks], np.int64),
        np.array([CHANNELS.index(block["channel"]) for block in blocks], np.uint8),
    )
    return Rows(np.repeat(numbers, [len(part) for part in parts]), Samples.concatenate(parts))
