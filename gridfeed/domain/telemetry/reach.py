"""Finds the intervals that a changed sample affects, and those that the clock completes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.telemetry.merge import Int32, Rows
from gridfeed.domain.telemetry.samples import BAD, Int64
from gridfeed.domain.telemetry.series import EVERYTHING, Series


@dataclass(frozen=True, slots=True)
class Slots:
    """Intervals as the series' number and the interval's ordinal; unique and sorted."""

    series: Int32
    ordinal: Int64

    def __len__(self) -> int:
        """Return the number of intervals."""
        return len(self.series)

    @classmethod
    def unique(cls, series: Int32, ordinal: Int64) -> "Slots":
        """Return the distinct intervals in order."""
        # Neighbouring rows mostly share an interval, and sorting few is faster than sorting many.
        new = _differ_from_the_one_before(series, ordinal)
        series, ordinal = series[new], ordinal[new]
        order = np.lexsort((ordinal, series))
        series, ordinal = series[order], ordinal[order]
        new = _differ_from_the_one_before(series, ordinal)
        return cls(series[new], ordinal[new])

    def and_(self, *others: "Slots") -> "Slots":
        """Return the intervals of this and the other objects."""
        every = (self, *others)
        return Slots.unique(
            np.concatenate([each.series for each in every]),
            np.concatenate([each.ordinal for each in every]),
        )

    def take(self, chosen: NDArray[np.bool_]) -> "Slots":
        """Return the chosen intervals."""
        return Slots(self.series[chosen], self.ordinal[chosen])

    def without(self, others: "Slots") -> "Slots":
        """Return the intervals that are not among the others."""
        if not (len(self) and len(others)):
            return self
        least = min(self.ordinal.min(), others.ordinal.min())
        span = max(self.ordinal.max(), others.ordinal.max()) - least + 1
        mine, theirs = (
            each.series.astype(np.int64) * span + (each.ordinal - least) for each in (self, others)
        )
        return self.take(~np.isin(mine, theirs))

    @classmethod
    def none(cls) -> "Slots":
        """Return no intervals."""
        return cls(np.empty(0, np.int32), np.empty(0, np.int64))


def reached(
    table: Series, rows: Rows, changed: NDArray[np.bool_], clocks: tuple[int, int]
) -> Slots:
    """Return every interval whose value may depend on a changed row.

    A row decides the time from itself to the next row, but at most its hold (or the rest of its
    predecessor's hold); with linear integration also the time from its predecessor. An interval
    without a row of its own counts only once it has ended, either before a later row or by a clock
    in `clocks` (microseconds). A BAD row uses the second clock, because it may revoke values that a
    faster clock has published; other rows use the first.
    """
    at = np.flatnonzero(changed)
    series, observed = rows.series[at], rows.samples.observed_at[at]
    own = table.interval(series, observed)
    following = np.minimum(at + 1, len(rows) - 1)
    has_next = (at + 1 < len(rows)) & (rows.series[following] == series)
    next_at = rows.samples.observed_at[following]
    held_until = observed + table.hold[series]
    held_until = np.where(has_next, np.minimum(held_until, next_at), held_until)
    last = own.copy()
    # The hold of most rows ends within their interval, and dividing is slow.
    beyond = np.flatnonzero(held_until > table.start(series, own + 1))
    last[beyond] = table.interval(series[beyond], held_until[beyond] - 1)
    newest = np.flatnonzero(~has_next)
    clock = np.where(rows.samples.quality[at[newest]] == BAD, clocks[1], clocks[0])
    ended = table.interval(series[newest], clock) - 1
    last[newest] = np.minimum(last[newest], ended)
    preceding = np.maximum(at - 1, 0)
    has_previous = (at > 0) & (rows.series[preceding] == series) & table.linear[series]
    has_previous &= rows.samples.quality[preceding] != BAD
    previous_at = rows.samples.observed_at[preceding]
    has_previous &= observed - previous_at <= table.hold[series]
    first, sloped = own.copy(), np.flatnonzero(has_previous)
    first[sloped] = table.interval(series[sloped], previous_at[sloped])
    return _expand(series, first, np.maximum(last, own))


def bridged(
    table: Series, rows: Rows, changed: NDArray[np.bool_], since: Int64, whole_from: Int64
) -> Slots:
    """Return the intervals without a row, before a changed row, that its predecessor reaches.

    Excludes intervals that `completed` has returned (since: the same as there). whole_from: per
    series, the instant from which no row is missing. A changed row before it is late and follows no
    last row, so it is skipped.
    """
    at = np.flatnonzero(changed)
    at = at[rows.samples.observed_at[at] >= whole_from[rows.series[at]]]
    return held_before(table, rows, at, since)


def held_before(table: Series, rows: Rows, at: NDArray[np.intp], since: Int64) -> Slots:
    """Return the intervals between these rows and their predecessors that the latter reach.

    since: per series, the first ordinal that counts.
    """
    at = at[(at > 0) & (at < len(rows))]
    at = at[(rows.series[at - 1] == rows.series[at]) & (rows.samples.quality[at - 1] != BAD)]
    # Only where a whole interval fits between the two rows.
    apart = rows.samples.observed_at[at] - rows.samples.observed_at[at - 1]
    at = at[apart > table.length[rows.series[at]]]
    series, previous_at = rows.series[at], rows.samples.observed_at[at - 1]
    first = np.maximum(table.interval(series, previous_at) + 1, since[series])
    reach = table.interval(series, previous_at + table.hold[series] - 1)
    own = table.interval(series, rows.samples.observed_at[at])
    return _expand(series, first, np.minimum(reach, own - 1))


def completed(table: Series, rows: Rows, since: Int64, clock: int) -> Slots:
    """Return the intervals that only the last row of a series reaches and that ended by `clock`.

    since: per series, the first ordinal that was not returned before. A BAD last row reaches none.
    """
    last = rows.last()
    last = last[rows.samples.quality[last] != BAD]
    series, observed = rows.series[last], rows.samples.observed_at[last]
    own = table.interval(series, observed)
    first = np.maximum(own + 1, since[series])
    reach = table.interval(series, observed + table.hold[series] - 1)
    ended = table.interval(series, np.full(len(last), clock)) - 1
    return _expand(series, first, np.minimum(reach, ended))


def in_doubt(table: Series, rows: Rows, doubted: Sequence[tuple[int, int]]) -> Slots:
    """Return the intervals of series from an instant up to the interval of their last row.

    doubted: each series' number and instant. `completed` returns the intervals after the last row.
    """
    if not doubted:
        return Slots.none()
    numbers, since = (
        np.array([series for series, _ in doubted], np.int32),
        [at for _, at in doubted],
    )
    last, newest = rows.last(), np.full(len(table), EVERYTHING)
    newest[rows.series[last]] = rows.samples.observed_at[last]
    own = table.interval(numbers, newest[numbers])
    return _expand(numbers, table.interval(numbers, np.array(since, np.int64)), own)


def _expand(series: Int32, first: Int64, last: Int64) -> Slots:
    new = _differ_from_the_one_before(series, first, last)
    series, first, last = series[new], first[new], last[new]
    count = np.maximum(last - first + 1, 0)
    total = int(count.sum())
    offset = np.arange(total) - np.repeat(np.cumsum(count) - count, count)
    return Slots.unique(np.repeat(series, count), np.repeat(first, count) + offset)


def _differ_from_the_one_before(*columns: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Return which rows of the columns differ from the row before them."""
    differ = np.ones(len(columns[0]), bool)
    differ[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return differ
