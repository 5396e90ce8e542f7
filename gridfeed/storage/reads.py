"""Settlement versions: kept all, and the one of each interval that counts."""

from collections.abc import Sequence
from datetime import datetime

from gridfeed.domain.words import ChangeCause, ProductionFormat
from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql
from gridfeed.storage.values import ValueColumns

#: meter_id, channel, interval_start, interval_seconds, settlement_version, energy_microkwh,
#: quality, read_at, kafka_offset
ReadRow = tuple[int, str, datetime, int, int, int, str, datetime, int]
#: meter_id, channel, interval_start
ReadKey = tuple[int, str, datetime]


async def insert_reads(
    connection: Connection, source_id: int, rows: Sequence[ReadRow], recorded_at: datetime
) -> None:
    """Keep reads; one that is stored already changes nothing."""
    columns = map(list, zip(*rows, strict=True))
    await connection.execute(sql("insert_reads"), source_id, *columns, recorded_at)


async def current_reads(connection: Connection, keys: Sequence[ReadKey]) -> ValueColumns:
    """Return the version of each interval that counts, ready to publish."""
    rows = await connection.fetch(sql("current_reads"), *map(list, zip(*keys, strict=True)))
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
