"""Removing what is not kept for ever: former values of intervals that were still open."""

from datetime import datetime

from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql

#: Any constant that no other advisory lock of Gridfeed uses.
HOUSEKEEPING_LOCK = 0x6772696466656564
#: Rows that one statement deletes; bounded, so that none holds up the writers for long.
ROWS_AT_ONCE = 20_000


async def try_housekeeping(connection: Connection) -> bool:
    """Take the housekeeper's lock, for as long as the connection lives or until it is released.

    False: another worker keeps house at this moment.
    """
    return bool(await connection.fetchval(*sql("try_housekeeping", lock=HOUSEKEEPING_LOCK)))


async def end_housekeeping(connection: Connection) -> None:
    """Release the housekeeper's lock."""
    await connection.execute(*sql("end_housekeeping", lock=HOUSEKEEPING_LOCK))


async def drop_open_chunks(connection: Connection, before: datetime) -> int:
    """Drop the chunks of `open_version` that are all older; returns how many.

    0 where it is no hypertable: there `delete_open_versions` removes the rows.
    """
    if not await connection.fetchval(*sql("open_version_has_chunks")):
        return 0
    return len(await connection.fetch(*sql("drop_open_chunks", before=before)))


async def delete_open_versions(connection: Connection, before: datetime) -> int:
    """Delete some of the former open values replaced before the instant; returns how many.

    0: none is left, or they lie in chunks.
    """
    if await connection.fetchval(*sql("open_version_has_chunks")):
        return 0
    status = await connection.execute(
        *sql("delete_open_versions", before=before, limit=ROWS_AT_ONCE)
    )
    return int(status.rsplit(" ", 1)[1])
