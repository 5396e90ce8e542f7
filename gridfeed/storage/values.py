"""Writing interval values with their changes and history, and making telemetry final."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

from gridfeed.domain.words import ChangeCause
from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql


@dataclass(slots=True)
class ValueColumns:
    """Interval values as columns of one length; energies in 10^-6 kWh, powers in 10^-6 kW.

    cause: why a value replaces a final one; what is the first of its interval, or replaces an open
    value, is stored as `first` or `samples`. finalize_at is None for what is final at once
    (settlement, forecasts). observed_at: of the newest reading behind the value; it is no part of
    the value, the change says it. Columns left empty are NULL in every row.
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
        """Return the columns of the values by name, NULLs for those left empty."""
        return {
            each.name: self.column(each.name) for each in fields(self) if each.name != "observed_at"
        }

    def column(self, name: str) -> Sequence[object]:
        """Return one column, NULLs if it was left empty."""
        given: Sequence[object] = getattr(self, name)
        return given or [None] * len(self.meter_id)

    def keys(self) -> dict[str, Sequence[object]]:
        """Return the columns that name the intervals, by name."""
        return {
            "meter_id": self.meter_id,
            "production_format": self.production_format,
            "channel": self.channel,
            "interval_start": self.interval_start,
        }

    def rows(self, positions: Sequence[int]) -> "ValueColumns":
        """Return some of the rows."""
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
    """Write what changed, keep what it replaced, record the changes; returns the changes' count.

    Nothing happens for a value that is stored as it is. A value of an interval with an edit in
    force waits in `streamed_value`, unless the edit ends by measurement and this is one. Must run
    in a transaction that holds the fence of the partition the values come from; recorded_at is
    what `hold_fence` returned. ingested_at: when the broker appended the newest message behind the
    values, None if that is not known.
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
    """Publish values by hand, past the edits in force; returns the changes' count.

    values: cause `estimate`, `edit` or `withdrawn`, stored as given; finalize_at left empty. What
    a stream published last is kept in `streamed_value` before the first edit replaces it, and
    forgotten when the edit is withdrawn: read it before. Must run in a transaction that holds the
    meters; recorded_at is what `recording_instant` returned.
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
    """Make every telemetry interval of the partition final whose time has come by `clock`.

    recorded_at: of the changes.
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
    """Return how many changes were recorded, and how many values an edit in force held up.

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
    """Let values wait for the edits in force; returns those that ended one."""
    rows = await connection.fetch(*sql("set_aside", **values.columns(), recorded_at=recorded_at))
    measured = values.rows([row["position"] - 1 for row in rows])
    measured.cause = [ChangeCause.MEASURED] * len(rows)
    return measured
