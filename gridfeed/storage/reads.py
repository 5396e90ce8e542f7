"""Settlement versions: keeps all of them, and finds the version of each interval that counts."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from gridfeed.domain.words import ChangeCause, ProductionFormat
from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import columns_of, sql
from gridfeed.storage.values import ValueColumns


class ReadKey(NamedTuple):
    """The key of an interval that has reads."""

    meter_id: int
    channel: str
    interval_start: datetime


class ReadRow(NamedTuple):
    """A settlement read, as it is stored."""

    meter_id: int
    channel: str
    interval_start: datetime
    interval_seconds: int
    settlement_version: int
    energy_microkwh: int
    quality: str
    read_at: datetime
    kafka_offset: int

    @property
    def key(self) -> ReadKey:
        """Return the key of its interval."""
        return ReadKey(self.meter_id, self.channel, self.interval_start)


async def insert_reads(
    connection: Connection, source_id: int, rows: Sequence[ReadRow], recorded_at: datetime
) -> None:
    """Store reads; a read that is already stored changes nothing."""
    columns = columns_of(ReadRow._fields, rows)
    await connection.execute(
        *sql("insert_reads", source_id=source_id, **columns, recorded_at=recorded_at)
    )


async def current_reads(connection: Connection, keys: Sequence[ReadKey]) -> ValueColumns:
    """Return the version of each interval that counts, ready to publish."""
    rows = await connection.fetch(*sql("current_reads", **columns_of(ReadKey._fields, keys)))
    return ValueColumns(
        meter_id=[row["meter_id"] for row in rows],
        production_format=[ProductionFormat.SETTLEMENT] * len(rows),
        channel=[row["channel"] for row in rows],
        interval_start=[row["interval_start"] for row in rows],
        interval_seconds=[row["interval_seconds"] for row in rows],
        cause=[ChangeCause.SETTLEMENT_VERSION] * len(rows),
        energy_microkwh=[row["energy_microkwh"] for row in rows],
        quality=[row["quality"] for row in rows],
        settlement_version=[row["settlement_version"] for row in rows],
        observed_at=[row["read_at"] for row in rows],
    )
