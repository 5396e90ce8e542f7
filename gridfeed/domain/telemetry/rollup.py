"""Interval energy from power: a time-weighted integral in integers, for many intervals at once.

Every sample that is not BAD holds its power until the next one, at most for its meter's hold limit.
The last sample before an interval gives the power at its left edge. For a meter with linear
integration, power follows a straight line between two samples at most the hold limit apart. Time
without power is a gap. Aggregates follow OPC UA Part 13, TimeAverage2: a gap counts neither in the
integral nor in the time by which it is divided.
"""

from dataclasses import dataclass, fields

import numpy as np

from gridfeed.domain.calendar.instants import HOUR_US
from gridfeed.domain.telemetry.exact import (
    QUANTA_PER_MICRO,
    Area,
    area,
    divide_one,
    divide_to_micro,
    to_micro,
)
from gridfeed.domain.telemetry.pieces import Flags, Pieces, Qualities, Shape, Windows
from gridfeed.domain.telemetry.samples import Int64, Samples
from gridfeed.domain.words import ReadingQuality

__all__ = [
    "CALCULATED",
    "ESTIMATED",
    "NO_VALUE",
    "ROLLUP_QUALITIES",
    "Rollup",
    "Windows",
    "roll_up",
]

#: The qualities by their position in `Rollup.quality`.
ROLLUP_QUALITIES = (None, ReadingQuality.ESTIMATED, ReadingQuality.CALCULATED)
NO_VALUE, ESTIMATED, CALCULATED = range(3)

#: From this coverage of an interval on, its energy is the integral itself ...
CALCULATED_PERCENT = 95
#: ... and from this coverage on, the integral scaled to the whole interval. Below, no value.
ESTIMATED_PERCENT = 50


#: Columns of this many samples fit in the processor's cache: three times faster than 3 million.
SAMPLES_IN_CACHE = 32_768


@dataclass(frozen=True, slots=True)
class Rollup:
    """The values of intervals as columns, in the order of the windows.

    energy: 10^-6 kWh. mean (over the covered time), peak: 10^-6 kW. All three are 0 without meaning
    where has_value is false. quality: position in ROLLUP_QUALITIES. coverage_us: microseconds with
    power. longest_gap_us: the longest stretch without power. samples: the number inside, including
    BAD ones. Generation is positive; negative power is a value like any other.
    """

    energy: Int64
    mean: Int64
    peak: Int64
    has_value: Flags
    quality: Qualities
    coverage_us: Int64
    longest_gap_us: Int64
    samples: Int64


def roll_up(windows: Windows, samples: Samples) -> Rollup:
    """Return the value of every window.

    Exact for |power| <= MAX_POWER: integers throughout, each result rounded once, half to even.
    The windows may come in any order and from any number of series.
    """
    parts = [_roll_up(part, samples) for part in windows.in_parts(SAMPLES_IN_CACHE)]
    columns = ([getattr(part, column.name) for part in parts] for column in fields(Rollup))
    return Rollup(*(np.concatenate(column) for column in columns))


def _roll_up(windows: Windows, samples: Samples) -> Rollup:
    pieces = Pieces.of(windows, samples)
    shape = Shape.of(pieces, windows)
    length = pieces.until - pieces.begin
    # The sum of both ends is twice the mean power of a piece; the divisors correct that.
    doubled = area(shape.both_ends, length).summed_from(pieces.heads)
    span = windows.end - windows.start
    covered = np.add.reduceat(length, pieces.heads)
    measured = np.add.reduceat(np.where(shape.measured, length, 0), pieces.heads)

    quality = _quality(span, covered, measured)
    has_value = quality != NO_VALUE
    top = np.where(length > 0, shape.top, np.iinfo(np.int64).min)
    return Rollup(
        energy=np.where(has_value, _energy(doubled, covered, span), 0),
        mean=np.where(has_value, divide_to_micro(doubled, 2 * np.maximum(covered, 1)), 0),
        peak=np.where(has_value, to_micro(np.maximum.reduceat(top, pieces.heads)), 0),
        has_value=has_value,
        quality=quality,
        coverage_us=covered,
        longest_gap_us=pieces.longest_gap(),
        samples=windows.stop - windows.first,
    )


def _quality(span: Int64, covered: Int64, measured: Int64) -> Qualities:
    """Return CALCULATED only where measured power covers enough of the interval."""
    quality = np.where(_reaches(measured, CALCULATED_PERCENT, span), CALCULATED, ESTIMATED)
    return np.where(_reaches(covered, ESTIMATED_PERCENT, span), quality, NO_VALUE).astype(np.uint8)


def _energy(doubled: Area, covered: Int64, span: Int64) -> Int64:
    energy = divide_to_micro(doubled, 2 * HOUR_US)
    scaled = _reaches(covered, ESTIMATED_PERCENT, span) & ~_reaches(
        covered, CALCULATED_PERCENT, span
    )
    for row in np.flatnonzero(scaled).tolist():
        # The product needs more than 64 bits, and such intervals are few.
        to_whole = 2 * HOUR_US * QUANTA_PER_MICRO * int(covered[row])
        energy[row] = divide_one(doubled.exactly(row) * int(span[row]), to_whole)
    return energy


def _reaches(part: Int64, percent: int, span: Int64) -> Flags:
    return part * 100 >= percent * span
