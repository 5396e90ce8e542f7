"""The results of validation in a span of time, interval by interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from gridfeed.domain.calendar.instants import SECOND_US
from gridfeed.domain.vee.checks import DEFAULTS, Flags, Spans, Thresholds, check
from gridfeed.domain.vee.series import Flag, IntervalRow, Intervals, Plant, laid_out
from gridfeed.domain.words import Channel

#: Values this far outside a span are read, too: the neighbours of spikes, the rest of runs.
MARGIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """An interval with its flags, possibly none. Energy in 10^-6 kWh, None: unknown."""

    channel: Channel
    start_us: int
    seconds: int
    energy_microkwh: int | None
    flags: tuple[Flag, ...]


def findings(
    values: Mapping[Channel, Sequence[IntervalRow]],
    plant: Plant,
    span: tuple[int, int],
    mismatches: Spans = (),
    thresholds: Thresholds = DEFAULTS,
) -> list[Finding]:
    """Return every interval in the span [start_us, end_us), by channel and start.

    values: include MARGIN around the span. Missing intervals count as gaps.
    """
    found = []
    for channel in Channel:
        series = laid_out(channel, values.get(channel, ()), *span)
        flags = check(series, plant, thresholds, mismatches)
        inside = (series.start_us >= span[0]) & (series.end_us <= span[1])
        found += [_finding(series, flags, int(row)) for row in np.flatnonzero(inside)]
    return found


def _finding(series: Intervals, flags: Flags, row: int) -> Finding:
    return Finding(
        series.channel,
        int(series.start_us[row]),
        int(series.length_us[row]) // SECOND_US,
        int(series.energy[row]) if series.known[row] else None,
        tuple(flag for flag, rows in flags.items() if rows[row]),
    )
