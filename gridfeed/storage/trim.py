"""Trimming the change feed: the oldest kept position is exact, and moves before rows go.

`change` is trimmed from its front, in feed order. First the floor (table `feed_floor`) is moved and
committed, then everything at or before it is removed: a reader who finds rows missing finds the
floor beyond its position, and is told so instead of missing them.
"""

from datetime import datetime

from gridfeed.domain.published.feed_position import Position
from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql

#: Rows that one statement looks at or deletes; bounded, so that none holds up the writers for long.
ROWS_AT_ONCE = 20_000


async def move_floor(connection: Connection, before: datetime) -> Position | None:
    """Move the floor over rows recorded before the instant; return it, or None when none can go.

    Over whole chunks at once where there are any; else over at most ROWS_AT_ONCE rows from the
    front, up to the first that is younger. Must be committed before `remove`.
    """
    if not await connection.fetchval(*sql("change_has_chunks")):
        step = sql("move_feed_floor", before=before, limit=ROWS_AT_ONCE)
        return _position(await connection.fetchrow(*step))
    boundary = await connection.fetchval(*sql("change_chunk_boundary", before=before))
    if boundary is None:
        return None
    leap = sql("move_feed_floor_over_chunks", before=boundary)
    return _position(await connection.fetchrow(*leap))


async def remove(connection: Connection, before: datetime) -> tuple[int, int]:
    """Remove what lies at or before the floor; return how many chunks and how many rows.

    Chunks go only if they are all older than the instant, which the floor has then passed.
    """
    chunks = 0
    if await connection.fetchval(*sql("change_has_chunks")):
        chunks = len(await connection.fetch(*sql("drop_change_chunks", before=before)))
    rows = 0
    while True:
        status = await connection.execute(*sql("delete_changes", limit=ROWS_AT_ONCE))
        deleted = int(status.rsplit(" ", 1)[1])
        rows += deleted
        if deleted < ROWS_AT_ONCE:
            return chunks, rows


def _position(row: object) -> Position | None:
    return None if row is None else (row["xid"], row["seq"])  # type: ignore[index]
