"""Forecast vintages: kept all, and the one of each interval that counts."""

from collections.abc import Sequence
from datetime import datetime

from gridfeed.domain.settlement.forecast import mean_energy
from gridfeed.domain.words import ChangeCause, Channel
from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql
from gridfeed.storage.values import ValueColumns

#: meter_id, production_format, interval_start, interval_seconds, issued_at, in_time,
#: power_microkw, p10_microkw, p90_microkw, model, kafka_offset
VintageRow = tuple[
    int, str, datetime, int, datetime, bool, int, int | None, int | None, str | None, int
]
#: meter_id, production_format, interval_start
VintageKey = tuple[int, str, datetime]


async def insert_forecasts(
    connection: Connection, source_id: int, rows: Sequence[VintageRow], recorded_at: datetime
) -> None:
    """Keep vintages; one that is stored already changes nothing."""
    columns = map(list, zip(*rows, strict=True))
    await connection.execute(sql("insert_forecasts"), source_id, *columns, recorded_at)


async def current_forecasts(connection: Connection, keys: Sequence[VintageKey]) -> ValueColumns:
    """Return the vintage of each interval that counts, as mean energy, ready to publish."""
    rows = await connection.fetch(sql("current_forecasts"), *map(list, zip(*keys, strict=True)))
    return ValueColumns(
        meter_id=[row["meter_id"] for row in rows],
        production_format=[row["production_format"] for row in rows],
        channel=[Channel.GROSS] * len(rows),
        interval_start=[row["interval_start"] for row in rows],
        interval_seconds=[row["interval_seconds"] for row in rows],
        cause=[ChangeCause.VINTAGE] * len(rows),
        energy_microkwh=[
            mean_energy(row["power_microkw"], row["interval_seconds"]) for row in rows
        ],
        mean_microkw=[row["power_microkw"] for row in rows],
        p10_microkwh=[mean_energy(row["p10_microkw"], row["interval_seconds"]) for row in rows],
        p90_microkwh=[mean_energy(row["p90_microkw"], row["interval_seconds"]) for row in rows],
        issued_at=[row["issued_at"] for row in rows],
        model=[row["model"] for row in rows],
        observed_at=[row["issued_at"] for row in rows],
    )
