"""The row of one topic partition: where reading goes on, and who may write."""

from dataclasses import dataclass
from datetime import datetime

from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql


class FencedError(Exception):
    """Another worker owns the partition now; nothing of this transaction was written."""


@dataclass(slots=True)
class Source:
    """What `ingest_source` says of a partition, as its owner knows it."""

    source_id: int
    epoch: int
    next_offset: int
    published_offset: int
    letters_offset: int


async def open_source(connection: Connection, stream: str, topic: str, partition: int) -> Source:
    """Take the partition over; a former owner's next write raises FencedError."""
    row = await connection.fetchrow(sql("open_source"), stream, topic, partition)
    assert row is not None
    return Source(**dict(row))


async def renew_source(connection: Connection, source_id: int) -> Source:
    """Start a new generation of a topic that was created again; its offsets begin at 0."""
    row = await connection.fetchrow(sql("renew_source"), source_id)
    assert row is not None
    return Source(**dict(row))


async def hold_fence(
    connection: Connection, source: Source, published: int, synced_at: datetime
) -> None:
    """Claim the right to write in this transaction. Raises FencedError."""
    held = await connection.fetchval(
        sql("hold_fence"), source.source_id, source.epoch, published, synced_at
    )
    if held is None:
        raise FencedError(f"source {source.source_id} has an owner after epoch {source.epoch}")


async def advance_offset(
    connection: Connection, source: Source, next_offset: int, letters_offset: int
) -> None:
    """Move the offset that counts, in its state's transaction. Raises FencedError."""
    moved = await connection.fetchval(
        sql("advance_offset"),
        source.source_id,
        source.epoch,
        source.next_offset,
        next_offset,
        letters_offset,
    )
    if moved is None:
        raise FencedError(f"offset of source {source.source_id} is no longer {source.next_offset}")
