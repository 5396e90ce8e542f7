"""Messages that left the log unhandled: noted once, shown until somebody acknowledges them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from gridfeed.domain.telemetry.lost import DISORDER, LostSeries
from gridfeed.storage.connect import Connection
from gridfeed.storage.source import Source, advance_offset, hold_fence
from gridfeed.storage.statements import sql


@dataclass(frozen=True, slots=True)
class LostStretch:
    """Offsets that left the log unhandled, both bounds included, and the time around them.

    after_at, before_at: when the broker appended the messages before and after them; None: unknown.
    """

    lost_id: int
    topic: str
    kafka_partition: int
    generation: int
    first_offset: int
    last_offset: int
    noticed_at: datetime
    after_at: datetime | None
    before_at: datetime | None
    series: int
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    note: str | None

    @property
    def offsets(self) -> int:
        """Return the number of offsets: at most this many messages are lost."""
        return self.last_offset - self.first_offset + 1


async def newest_blocks(connection: Connection, source_id: int) -> list[asyncpg.Record]:
    """Return the newest block of each series of a partition, over all its generations."""
    return await connection.fetch(*sql("newest_blocks", source_id=source_id))


async def lose(
    connection: Connection,
    source: Source,
    goes_on: int,
    before_at: datetime | None,
    series: Sequence[LostSeries],
) -> int:
    """Note that the offsets from the stored one up to `goes_on` are lost; move the offset there.

    Runs in the caller's transaction. Returns the id of the lost stretch. Raises FencedError.
    """
    noticed_at = await hold_fence(connection, source, goes_on, None)
    newest = source.newest
    lost_id: int = await connection.fetchval(
        *sql(
            "insert_lost_stretch",
            source_id=source.source_id,
            first_offset=source.next_offset,
            last_offset=goes_on - 1,
            noticed_at=noticed_at,
            after_at=newest.at if newest else None,
            before_at=before_at,
        )
    )
    await connection.execute(
        *sql(
            "insert_lost_series",
            lost_id=lost_id,
            meter_id=[each.meter_id for each in series],
            channel=[each.channel for each in series],
            starts_at=[each.starts_at for each in series],
        )
    )
    await advance_offset(connection, source, goes_on, source.letters_offset, newest)
    return lost_id


async def note_first_behind(connection: Connection, source_id: int, at: datetime) -> None:
    """Store when the first message after the newest lost stretches was appended."""
    await connection.execute(*sql("note_first_behind", source_id=source_id, before_at=at))


async def is_open_ended(connection: Connection, source_id: int) -> bool:
    """Tell whether no message has come yet after a lost stretch of the partition."""
    return bool(await connection.fetchval(*sql("is_open_ended", source_id=source_id)))


async def lost_stretches(connection: Connection, *, acknowledged: bool) -> list[LostStretch]:
    """Return lost stretches, oldest first; the acknowledged ones only with `acknowledged`."""
    rows = await connection.fetch(*sql("lost_stretches", acknowledged=acknowledged))
    return [LostStretch(**dict(row)) for row in rows]


async def acknowledge(
    connection: Connection, lost_ids: Sequence[int], who: str, note: str | None
) -> list[int]:
    """Mark these stretches as acknowledged; return the ones that were not before."""
    rows = await connection.fetch(
        *sql("acknowledge_lost", lost_ids=lost_ids, acknowledged_by=who, note=note)
    )
    return sorted(row["lost_id"] for row in rows)


async def open_lost_series(connection: Connection, source_id: int) -> list[LostSeries]:
    """Return the series of a partition without a later sample since a loss."""
    rows = await connection.fetch(*sql("open_lost_series", source_id=source_id))
    return [LostSeries(row["meter_id"], row["channel"], row["starts_at"]) for row in rows]


async def end_lost_series(
    connection: Connection, source_id: int, ended: Sequence[LostSeries]
) -> None:
    """Store the times of the first later samples of series."""
    await connection.execute(
        *sql(
            "end_lost_series",
            source_id=source_id,
            meter_id=[each.meter_id for each in ended],
            channel=[each.channel for each in ended],
            starts_at=[each.starts_at for each in ended],
            ends_at=[each.ends_at for each in ended],
        )
    )


async def lost_times(
    connection: Connection, meter_ids: Sequence[int], since: datetime
) -> list[LostSeries]:
    """Return the times, reaching beyond `since`, when these meters' series may lack samples."""
    rows = await connection.fetch(*sql("lost_times", meter_ids=meter_ids, since=since - DISORDER))
    return [LostSeries(**dict(row)) for row in rows]
