"""Removes former values of open intervals, which are not kept for ever."""

from datetime import datetime

from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql

#: Any constant that no other advisory lock of Gridfeed uses.
HOUSEKEEPING_LOCK = 0x6772696466656564
#: Rows that one statement deletes; few enough not to hold up the writers for long.
ROWS_AT_ONCE = 20_000
#: The tables of former open values, and the statement that deletes rows of each.
OPEN_TABLES = {"open_version": "delete_open_versions", "open_minute": "delete_open_minutes"}


async def try_housekeeping(connection: Connection) -> bool:
    """Take the housekeeper's lock until it is released or the connection ends.

    False: another worker keeps house at this moment.
    """
    return bool(await connection.fetchval(*sql("try_housekeeping", lock=HOUSEKEEPING_LOCK)))


async def end_housekeeping(connection: Connection) -> None:
    """Release the housekeeper's lock."""
    await connection.execute(*sql("end_housekeeping", lock=HOUSEKEEPING_LOCK))


async def drop_open_chunks(connection: Connection, open_table: str, before: datetime) -> int:
    """Drop the chunks of one of OPEN_TABLES with only older rows; return their number.

    0 if the table is no hypertable; then `delete_open_versions` removes the rows.
    """
    if not await connection.fetchval(*sql("open_version_has_chunks", open_table=open_table)):
        return 0
    drop = sql("drop_open_chunks", open_table=open_table, before=before)
    return len(await connection.fetch(*drop))


async def delete_open_versions(connection: Connection, open_table: str, before: datetime) -> int:
    """Delete some former values of one of OPEN_TABLES replaced before the instant.

    Returns their number. 0: none is left, or they are in chunks.
    """
    if await connection.fetchval(*sql("open_version_has_chunks", open_table=open_table)):
        return 0
    delete = sql(OPEN_TABLES[open_table], before=before, limit=ROWS_AT_ONCE)
    return int((await connection.execute(*delete)).rsplit(" ", 1)[1])
