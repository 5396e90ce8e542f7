"""Sums intervals to longer ones of their local day; pure.

The longer intervals are counted from the first instant of the day. They have the requested length
if it divides the day. On other days (mostly of 23 and 25 hours) their length is the largest common
divisor of both, so that every interval lies in exactly one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.calendar.instants import SECOND_US
from gridfeed.domain.calendar.interval import Interval
from gridfeed.domain.calendar.spans import Spans
from gridfeed.domain.published.aligned import (
    NO_QUALITY,
    QUALITIES,
    Bool,
    Exact,
    Expected,
    Intervals,
    UInt8,
    divided,
    widened,
)
from gridfeed.domain.published.resample import resample
from gridfeed.domain.words import ReadingQuality

Q = ReadingQuality
#: From the least to the most trusted: a sum is no better than the worst of its parts. If part of a
#: billed sum (revenue) was corrected afterwards, the whole sum is corrected.
TRUST = (Q.ESTIMATED, Q.RAW, Q.MANUAL, Q.CALCULATED, Q.VALID, Q.CORRECTED, Q.REVENUE)
_DISTRUST = np.zeros(256, np.int64)
for _place, _quality in enumerate(reversed(TRUST), start=1):
    _DISTRUST[QUALITIES.index(_quality)] = _place
_CODE = np.array([NO_QUALITY, *(QUALITIES.index(each) for each in reversed(TRUST))], np.uint8)


def seconds_fitting(seconds: int, day: Interval) -> int:
    """Return the length, in seconds, of intervals of `seconds` on this day."""
    return gcd(seconds, round(day.duration.total_seconds()))


@dataclass(frozen=True, slots=True)
class Powers:
    """Powers of the intervals, beside the energies, in 10^-6 kW; 0 if there is none."""

    amounts: Exact
    has: Bool

    @classmethod
    def of(cls, amounts: Sequence[int | None]) -> "Powers":
        """Make a column of amounts, where None means that there is none."""
        return cls(
            exact([amount or 0 for amount in amounts]),
            np.array([amount is not None for amount in amounts], bool),
        )

    def take(self, rows: NDArray[np.intp]) -> "Powers":
        """Return these rows."""
        return Powers(self.amounts[rows], self.has[rows])


@dataclass(frozen=True, slots=True)
class Summed:
    """One row for each longer interval; energy, mean, peak: 0 if not present (has_mean, has_peak).

    present: every instant of it lies in an interval with a value, as in `resample`.
    """

    energy: Exact
    present: Bool
    quality: UInt8
    mean: Exact
    has_mean: Bool
    peak: Exact
    has_peak: Bool

    def codes(self) -> list[int]:
        """Return the distinct quality codes of the present values, ascending."""
        found: list[int] = np.unique(self.quality[self.present]).tolist()
        return found


def exact(amounts: Sequence[int]) -> Exact:
    """Return a column of the amounts, in a type that holds each exactly."""
    try:
        return np.array(amounts, np.int64)
    except OverflowError:
        return np.array(amounts, object)


def summed(found: Intervals, mean: Powers, peak: Powers, seconds: int, spans: Spans) -> Summed:
    """Sum intervals, ordered and without overlap, to spans of `seconds`.

    The mean power is weighted by time and rounded once, half to even; the peak is the largest.
    Quantiles do not add up, so there are none.
    """
    expected = Expected(tuple(zip(spans.start_us, spans.end_us, strict=True)), SECOND_US)
    total = resample(found, spans, expected)
    lengths = found.length_us // SECOND_US
    areas = widened(mean.amounts, 2 * seconds) * lengths
    power = resample(_with(found, areas, mean.has & found.present), spans, expected)
    known = resample(_with(found, peak.amounts, peak.has & found.present), spans, expected)
    return Summed(
        total.energy,
        total.present,
        _CODE[_largest(_DISTRUST[found.quality], found, spans, 0)],
        divided(power.energy, seconds),
        power.present,
        np.where(known.present, _largest(peak.amounts, found, spans, _LEAST), 0),
        known.present,
    )


_LEAST = np.iinfo(np.int64).min


def _with(found: Intervals, amounts: Exact, present: Bool) -> Intervals:
    return Intervals.of(found.start_us, found.length_us, amounts, present=present)


def _largest(amounts: Exact, found: Intervals, spans: Spans, least: int) -> NDArray[Any]:
    place = np.searchsorted(spans.start_us, found.start_us, "right") - 1
    inside = found.present & (place >= 0)
    largest = np.full(len(spans), least, amounts.dtype)
    np.maximum.at(largest, place[inside], amounts[inside])
    return largest
