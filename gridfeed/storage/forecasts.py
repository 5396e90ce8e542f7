"""Forecast vintages: keeps all of them, and finds the vintage of each interval that counts."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from gridfeed.domain.settlement.forecast import mean_energy
from gridfeed.domain.words import ChangeCause, Channel
from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import columns_of, sql
from gridfeed.storage.values import ValueColumns


class VintageKey(NamedTuple):
    """The key of an interval that has vintages."""

    meter_id: int
    production_format: str
    interval_start: datetime


class VintageRow(NamedTuple):
    """A vintage of one interval, as it is stored."""

    meter_id: int
    production_format: str
    interval_start: datetime
    interval_seconds: int
    issued_at: datetime
    in_time: bool
    power_microkw: int
    p10_microkw: int | None
    p90_microkw: int | None
    model: str | None
    kafka_offset: int

    @property
    def key(self) -> VintageKey:
        """Return the key of its interval."""
        return VintageKey(self.meter_id, self.production_format, self.interval_start)


async def insert_forecasts(
    connection: Connection, source_id: int, rows: Sequence[VintageRow], recorded_at: datetime
) -> None:
    """Store vintages; a vintage that is already stored changes nothing."""
    columns = columns_of(VintageRow._fields, rows)
    await connection.execute(
        *sql("insert_forecasts", source_id=source_id, **columns, recorded_at=recorded_at)
    )


async def current_forecasts(connection: Connection, keys: Sequence[VintageKey]) -> ValueColumns:
    """Return the vintage of each interval that counts, as mean energy ready to publish."""
    rows = await connection.fetch(*sql("current_forecasts", **columns_of(VintageKey._fields, keys)))
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
