"""Turns computed intervals into the columns that are stored."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from gridfeed.domain.calendar.instants import instant
from gridfeed.domain.telemetry.computed import Values
from gridfeed.domain.telemetry.rollup import ROLLUP_QUALITIES
from gridfeed.domain.telemetry.series import CHANNELS, EVERYTHING
from gridfeed.domain.words import ChangeCause, ProductionFormat
from gridfeed.storage.values import ValueColumns


def columns_of(values: Values, now: datetime, grace_seconds: float) -> ValueColumns:
    """Return telemetry values as columns.

    They become final `grace_seconds` after the later of their end and `now`.
    """
    rollup, rows = values.rollup, len(values.start)
    has_value = rollup.has_value.tolist()
    starts = [instant(at) for at in values.start.tolist()]
    seconds = values.seconds.tolist()
    grace = timedelta(seconds=grace_seconds)
    return ValueColumns(
        meter_id=values.meter_id.tolist(),
        production_format=[ProductionFormat.SCADA] * rows,
        channel=[CHANNELS[code] for code in values.channel.tolist()],
        interval_start=starts,
        interval_seconds=seconds,
        cause=[ChangeCause.LATE_SAMPLES] * rows,
        energy_microkwh=_where(has_value, rollup.energy.tolist()),
        mean_microkw=_where(has_value, rollup.mean.tolist()),
        peak_microkw=_where(has_value, rollup.peak.tolist()),
        quality=[ROLLUP_QUALITIES[code] for code in rollup.quality.tolist()],
        samples=rollup.samples.tolist(),
        coverage_us=rollup.coverage_us.tolist(),
        longest_gap_us=rollup.longest_gap_us.tolist(),
        finalize_at=[
            max(start + timedelta(seconds=length), now) + grace
            for start, length in zip(starts, seconds, strict=True)
        ],
        observed_at=[
            None if at == EVERYTHING else instant(at) for at in values.observed_at.tolist()
        ],
    )


def _where(present: Sequence[bool], column: Sequence[int]) -> list[int | None]:
    return [value if there else None for there, value in zip(present, column, strict=True)]
