"""Register reads, kept verbatim."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql

#: meter_id, register, digits, multiplier, value, read_at, kafka_offset
RegisterRow = tuple[int, str, int, Decimal, str, datetime, int]


async def insert_registers(
    connection: Connection, source_id: int, rows: Sequence[RegisterRow], recorded_at: datetime
) -> None:
    """Keep reads; one that is stored already changes nothing."""
    columns = map(list, zip(*rows, strict=True))
    await connection.execute(sql("insert_registers"), source_id, *columns, recorded_at)
