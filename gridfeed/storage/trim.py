"""Trims the change feed: moves the floor, the exact oldest position, before it removes rows.

`change` is trimmed from its front, in feed order. First the floor (table `feed_floor`) moves and is
committed, then all rows up to the floor are removed. So a reader whose next rows are gone sees that
the floor is beyond its position, and gets an error instead of missing changes.
"""

from datetime import datetime

from gridfeed.domain.published.feed_position import Position
from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql

#: Rows that one statement examines or deletes; few enough not to hold up the writers for long.
ROWS_AT_ONCE = 20_000


async def move_floor(connection: Connection, before: datetime) -> Position | None:
    """Move the floor over rows recorded before the instant; return it, or None if none can go.

    It moves over whole chunks at once if there are chunks, else over at most ROWS_AT_ONCE rows from
    the front, up to the first younger row. Commit before `remove`.
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
    """Remove all rows up to the floor; return the number of chunks and of rows.

    A chunk is dropped only if all its rows are older than the instant; the floor has passed them.
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
