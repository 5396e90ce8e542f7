"""What left the log before it was handled: noted once, shown until somebody acknowledges it."""

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
    """Offsets that left the log unhandled, both included, and when their messages may be of.

    after_at, before_at: when the broker appended the messages around it; None: not known.
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
        """Return how many offsets it has: at most so many messages are lost."""
        return self.last_offset - self.first_offset + 1


async def newest_blocks(connection: Connection, source_id: int) -> list[asyncpg.Record]:
    """Return the newest block of each series of a partition, in all of its generations."""
    return await connection.fetch(*sql("newest_blocks", source_id=source_id))


async def lose(
    connection: Connection,
    source: Source,
    goes_on: int,
    before_at: datetime | None,
    series: Sequence[LostSeries],
) -> int:
    """Note that the offsets from the stored one up to `goes_on` are lost, and move it there.

    All in the transaction of the caller. Returns the stretch's id. Raises FencedError.
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
    """Say when the first message behind the newest lost stretches was appended, once it came."""
    await connection.execute(*sql("note_first_behind", source_id=source_id, before_at=at))


async def is_open_ended(connection: Connection, source_id: int) -> bool:
    """Tell whether no message has come behind a lost stretch of the partition yet."""
    return bool(await connection.fetchval(*sql("is_open_ended", source_id=source_id)))


async def lost_stretches(connection: Connection, *, acknowledged: bool) -> list[LostStretch]:
    """Return what was lost, oldest first; with `acknowledged` also what somebody has seen to."""
    rows = await connection.fetch(*sql("lost_stretches", acknowledged=acknowledged))
    return [LostStretch(**dict(row)) for row in rows]


async def acknowledge(
    connection: Connection, lost_ids: Sequence[int], who: str, note: str | None
) -> list[int]:
    """Say that somebody has seen to these stretches; returns those that nobody had."""
    rows = await connection.fetch(
        *sql("acknowledge_lost", lost_ids=lost_ids, acknowledged_by=who, note=note)
    )
    return sorted(row["lost_id"] for row in rows)


async def open_lost_series(connection: Connection, source_id: int) -> list[LostSeries]:
    """Return the series of a partition that no later sample has come of since a loss."""
    rows = await connection.fetch(*sql("open_lost_series", source_id=source_id))
    return [LostSeries(row["meter_id"], row["channel"], row["starts_at"]) for row in rows]


async def end_lost_series(
    connection: Connection, source_id: int, ended: Sequence[LostSeries]
) -> None:
    """Say when the first later samples of series are of."""
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
    """Return the times of these meters' series that may lack samples and reach beyond `since`."""
    rows = await connection.fetch(*sql("lost_times", meter_ids=meter_ids, since=since - DISORDER))
    return [LostSeries(**dict(row)) for row in rows]
