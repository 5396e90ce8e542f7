"""Meters whose telemetry comes from more than one partition."""

from collections.abc import Sequence

from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql


async def shared_meters(
    connection: Connection, source_id: int, meter_ids: Sequence[int]
) -> list[int]:
    """Return the given meters that also have messages in another partition."""
    rows = await connection.fetch(*sql("shared_meters", source_id=source_id, meter_ids=meter_ids))
    return [row["meter_id"] for row in rows]


async def lock_meters(connection: Connection, meter_ids: Sequence[int]) -> None:
    """Wait for the other writers of the meters; hold the locks until the transaction ends."""
    await connection.execute(*sql("lock_meters", meter_ids=meter_ids))
