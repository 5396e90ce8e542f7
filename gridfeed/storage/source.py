"""The row of one topic partition: where reading continues, and who may write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

import asyncpg

from gridfeed.storage.connect import Connection
from gridfeed.storage.migrate import newest, refuse_newer
from gridfeed.storage.shared import lock_meters
from gridfeed.storage.statements import sql


class FencedError(Exception):
    """Another worker owns the partition now; nothing of this transaction was written."""


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest handled message, and when the broker appended it."""

    offset: int
    at: datetime


@dataclass(slots=True)
class Source:
    """The row of a partition in `ingest_source`, as its owner knows it.

    topic_id: the id of the topic that the offsets belong to; None if the broker does not tell it.
    newest: None until a message is handled whose append time the broker tells.
    """

    source_id: int
    epoch: int
    next_offset: int
    published_offset: int
    letters_offset: int
    topic_id: UUID | None
    newest: Newest | None

    @classmethod
    def of(cls, row: asyncpg.Record | None) -> Self:
        """Return a row as it was read."""
        assert row is not None
        columns = dict(row)
        offset, at = columns.pop("newest_offset"), columns.pop("newest_at")
        return cls(**columns, newest=None if offset is None else Newest(offset, at))


async def open_source(
    connection: Connection,
    stream: str,
    place: tuple[str, int],
    begins: int = 0,
    topic_id: UUID | None = None,
) -> Source:
    """Take the partition over; the former owner's next write raises FencedError.

    place: topic and partition number. begins: the start of the log, where reading starts if no
    worker ever had the partition. topic_id: the id that the broker tells.
    """
    topic, kafka_partition = place
    row = await connection.fetchrow(
        *sql(
            "open_source",
            stream=stream,
            topic=topic,
            kafka_partition=kafka_partition,
            begins=begins,
            topic_id=topic_id,
        )
    )
    return Source.of(row)


async def renew_source(connection: Connection, source_id: int, topic_id: UUID | None) -> Source:
    """Start a new generation of a topic that was created again; its offsets start at 0."""
    renewal = sql("renew_source", source_id=source_id, topic_id=topic_id)
    return Source.of(await connection.fetchrow(*renewal))


async def hold_fence(
    connection: Connection,
    source: Source,
    published: int,
    synced_at: datetime | None,
    *,
    meter_ids: Sequence[int] = (),
) -> datetime:
    """Claim the right to write in this transaction; return the transaction's instant.

    Raises FencedError, and NewerSchemaError if the database was migrated to a newer schema.

    All values that the transaction publishes get this instant as `recorded_at`. It is later than
    all published values of the partition and of the meters in `meter_ids`: meters that other
    partitions bring, too, and that are locked already. synced_at: all messages appended before it
    are published; None if that is unknown.
    """
    recorded_at: datetime | None = await connection.fetchval(
        *sql(
            "hold_fence",
            source_id=source.source_id,
            epoch=source.epoch,
            published=published,
            synced_at=synced_at,
            meter_ids=meter_ids,
            schema_version=newest(),
        )
    )
    if recorded_at is None:
        await refuse_newer(connection)
        raise FencedError(f"source {source.source_id} has an owner after epoch {source.epoch}")
    return recorded_at


async def recording_instant(connection: Connection, meter_ids: Sequence[int]) -> datetime:
    """Lock the meters for a writer other than a partition; return the transaction's instant.

    Until the transaction ends, no other value of these meters is published. The instant is later
    than all their published values and earlier than all later ones.
    """
    await lock_meters(connection, meter_ids)
    rows = await connection.fetch(*sql("lock_sources", meter_ids=meter_ids))
    source_ids = [row["source_id"] for row in rows]
    recorded_at: datetime = await connection.fetchval(
        *sql("recording_instant", meter_ids=meter_ids, source_ids=source_ids)
    )
    await connection.execute(*sql("note_instant", source_ids=source_ids, recorded_at=recorded_at))
    return recorded_at


async def check_owner(connection: Connection, source: Source) -> None:
    """Check that no other worker has taken the partition over. Raises FencedError."""
    owner = sql("still_owner", source_id=source.source_id, epoch=source.epoch)
    if await connection.fetchval(*owner) is None:
        raise FencedError(f"source {source.source_id} has an owner after epoch {source.epoch}")


async def advance_offset(
    connection: Connection,
    source: Source,
    next_offset: int,
    letters_offset: int,
    newest: Newest | None,
) -> None:
    """Move the offset where a restart begins, with the state it covers. Raises FencedError.

    newest: a message below the offset; None keeps the stored one, if any.
    """
    moved = await connection.fetchval(
        *sql(
            "advance_offset",
            source_id=source.source_id,
            epoch=source.epoch,
            expected=source.next_offset,
            next_offset=next_offset,
            letters_offset=letters_offset,
            newest_offset=newest.offset if newest else None,
            newest_at=newest.at if newest else None,
        )
    )
    if moved is None:
        raise FencedError(f"offset of source {source.source_id} is no longer {source.next_offset}")
