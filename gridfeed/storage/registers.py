"""Register reads, kept verbatim."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import columns_of, sql


class RegisterRow(NamedTuple):
    """A register read, as it is stored."""

    meter_id: int
    register: str
    digits: int
    multiplier: Decimal
    value: str
    read_at: datetime
    kafka_offset: int


async def insert_registers(
    connection: Connection, source_id: int, rows: Sequence[RegisterRow], recorded_at: datetime
) -> None:
    """Store reads; a read that is already stored changes nothing."""
    columns = columns_of(RegisterRow._fields, rows)
    await connection.execute(
        *sql("insert_registers", source_id=source_id, **columns, recorded_at=recorded_at)
    )
