"""Writing interval values with their changes, and making telemetry final."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql


@dataclass(slots=True)
class ValueColumns:
    """Interval values as columns of one length; energies in 10^-6 kWh, powers in 10^-6 kW.

    finalize_at is None for what is final at once (settlement, forecasts). Columns left empty are
    NULL in every row.
    """

    meter_id: Sequence[int]
    production_format: Sequence[str]
    channel: Sequence[str]
    interval_start: Sequence[datetime]
    interval_seconds: Sequence[int]
    energy_microkwh: Sequence[int | None]
    mean_microkw: Sequence[int | None] = field(default_factory=list)
    peak_microkw: Sequence[int | None] = field(default_factory=list)
    p10_microkwh: Sequence[int | None] = field(default_factory=list)
    p90_microkwh: Sequence[int | None] = field(default_factory=list)
    quality: Sequence[str | None] = field(default_factory=list)
    samples: Sequence[int | None] = field(default_factory=list)
    coverage_us: Sequence[int | None] = field(default_factory=list)
    longest_gap_us: Sequence[int | None] = field(default_factory=list)
    settlement_version: Sequence[int | None] = field(default_factory=list)
    issued_at: Sequence[datetime | None] = field(default_factory=list)
    model: Sequence[str | None] = field(default_factory=list)
    finalize_at: Sequence[datetime | None] = field(default_factory=list)


async def publish_values(connection: Connection, values: ValueColumns) -> int:
    """Write what changed, keep what it replaced, record the changes; returns the changes' count.

    Nothing happens for a value that is stored as it is. Must run in a transaction that holds the
    fence of the partition the values come from.
    """
    rows = len(values.meter_id)
    if not rows:
        return 0
    columns = (getattr(values, name) for name in ValueColumns.__slots__)
    filled = [column or [None] * rows for column in columns]
    bounds = min(values.interval_start), max(values.interval_start)
    status = await connection.execute(sql("publish_values"), *filled, *bounds)
    return int(status.rsplit(" ", 1)[1])


async def finalise_due(connection: Connection, source_id: int, clock: datetime) -> int:
    """Make every telemetry interval of the partition final whose time has come by `clock`."""
    status = await connection.execute(sql("finalise_due"), source_id, clock)
    return int(status.rsplit(" ", 1)[1])
