"""Writes interval values with their changes and history, and makes telemetry final."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

from gridfeed.domain.words import ChangeCause
from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql


@dataclass(slots=True)
class ValueColumns:
    """Interval values as columns of one length; energies in 10^-6 kWh, powers in 10^-6 kW.

    cause: why a value replaces a final one. The first value of an interval is stored as `first`, a
    value that replaces an open one as `samples`. finalize_at: None for values that are final at
    once (settlement, forecasts). observed_at: when the newest reading of the value was observed; it
    belongs to the change, not to the value. Columns left empty are NULL in every row.
    """

    meter_id: Sequence[int]
    production_format: Sequence[str]
    channel: Sequence[str]
    interval_start: Sequence[datetime]
    interval_seconds: Sequence[int]
    cause: Sequence[str]
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
    observed_at: Sequence[datetime | None] = field(default_factory=list)

    def columns(self) -> dict[str, Sequence[object]]:
        """Return the value columns by name, with NULLs for columns left empty."""
        return {
            each.name: self.column(each.name) for each in fields(self) if each.name != "observed_at"
        }

    def column(self, name: str) -> Sequence[object]:
        """Return one column, with NULLs if it was left empty."""
        given: Sequence[object] = getattr(self, name)
        return given or [None] * len(self.meter_id)

    def keys(self) -> dict[str, Sequence[object]]:
        """Return the columns that identify the intervals, by name."""
        return {
            "meter_id": self.meter_id,
            "production_format": self.production_format,
            "channel": self.channel,
            "interval_start": self.interval_start,
        }

    def rows(self, positions: Sequence[int]) -> "ValueColumns":
        """Return the rows at some positions."""
        named = {each.name: getattr(self, each.name) for each in fields(self)}
        return ValueColumns(
            **{name: [column[at] for at in positions] for name, column in named.items() if column}
        )


async def publish_values(
    connection: Connection,
    values: ValueColumns,
    recorded_at: datetime,
    ingested_at: datetime | None = None,
) -> int:
    """Write changed values, keep the replaced ones, record the changes; return their number.

    An unchanged value writes nothing. A value of an interval with an edit in force waits in
    `streamed_value`, unless the edit ends by measurement and the value is a measurement. Must run
    in the transaction that holds the fence of the values' partition. recorded_at: the instant that
    `hold_fence` returned. ingested_at: when the broker appended the newest message of the values;
    None if unknown.
    """
    if not values.meter_id:
        return 0
    times = recorded_at, ingested_at
    changes, held = await _publish(connection, values, times, edited=False)
    if held:
        measured = await _set_aside(connection, values, recorded_at)
        if measured.meter_id:
            changes += (await _publish(connection, measured, times, edited=True))[0]
    return changes


async def publish_edited(
    connection: Connection, values: ValueColumns, recorded_at: datetime
) -> int:
    """Publish edited values, past the edits in force; return the number of changes.

    values: cause `estimate`, `edit` or `withdrawn`, stored as given; finalize_at left empty. Before
    the first edit of an interval, the stream's last value is copied to `streamed_value`.
    Withdrawing the edit deletes it there, so read it before. Must run in a transaction that holds
    the meters. recorded_at: the instant that `recording_instant` returned.
    """
    if not values.meter_id:
        return 0
    await connection.execute(*sql("keep_streamed", **values.keys()))
    changes, _ = await _publish(connection, values, (recorded_at, None), edited=True)
    await connection.execute(*sql("forget_streamed", **values.keys(), cause=values.cause))
    return changes


async def finalise_due(
    connection: Connection, source_id: int, clock: datetime, recorded_at: datetime
) -> int:
    """Make each telemetry interval of the partition final that is due by `clock`.

    recorded_at: the instant of the changes.
    """
    status = await connection.execute(
        *sql("finalise_due", source_id=source_id, clock=clock, recorded_at=recorded_at)
    )
    return int(status.rsplit(" ", 1)[1])


async def _publish(
    connection: Connection,
    values: ValueColumns,
    times: tuple[datetime, datetime | None],
    *,
    edited: bool,
) -> tuple[int, int]:
    """Return the number of changes, and of values that edits in force held up.

    times: recorded_at and ingested_at.
    """
    recorded_at, ingested_at = times
    row = await connection.fetchrow(
        *sql(
            "publish_values",
            **values.columns(),
            observed_at=values.column("observed_at"),
            ingested_at=ingested_at,
            earliest=min(values.interval_start),
            latest=max(values.interval_start),
            recorded_at=recorded_at,
            edited=edited,
        )
    )
    assert row is not None
    return row["changes"], row["held"]


async def _set_aside(
    connection: Connection, values: ValueColumns, recorded_at: datetime
) -> ValueColumns:
    """Let values wait for the edits in force; return the values that ended an edit."""
    rows = await connection.fetch(*sql("set_aside", **values.columns(), recorded_at=recorded_at))
    measured = values.rows([row["position"] - 1 for row in rows])
    measured.cause = [ChangeCause.MEASURED] * len(rows)
    return measured
