"""The forecasts of persistence, in columns: the reference of a forecast's skill.

The models are those of `persistence`. Energies are integers of 10^-6 kWh an interval; times are
microseconds since the epoch, UTC.
"""

from dataclasses import dataclass

import numpy as np

from gridfeed.domain.calendar.instants import DAY_US, HOUR_US
from gridfeed.domain.calendar.interval import floor_to_interval
from gridfeed.domain.published.accuracy import Bools, Column
from gridfeed.domain.published.aligned import divided
from gridfeed.domain.telemetry.samples import Int64


@dataclass(frozen=True, slots=True)
class Observations:
    """Observed energies: ascending distinct starts on one grid of `length_us`, all known."""

    start: Int64
    energy: Int64
    length_us: int


def day_ahead(observed: Observations, start: Int64, issued_at: Int64) -> Column:
    """Return for each row the same interval a day earlier, or of the newest day that was over."""
    return _at(observed, observed_start(start, observed.length_us, issued_at))


def hour_ahead(observed: Observations, start: Int64, issued_at: Int64) -> Column:
    """Return yesterday's shape at the level of the last hour before the forecast was issued.

    The last hour consists of the intervals of one hour that were over at `issued_at`; of one
    interval if it is longer. The result is unknown if any of them, or of the same intervals a day
    earlier, was not observed.
    """
    yesterday = day_ahead(observed, start, issued_at)
    if not len(observed.start):
        return yesterday
    length = observed.length_us
    edge = floor_to_interval(issued_at, length, int(observed.start[0]))
    now, now_known = _last_hour(observed, edge)
    before, before_known = _last_hour(observed, edge - DAY_US)
    level = divided(now - before, max(1, HOUR_US // length))
    return Column(yesterday.energy + level, yesterday.known & now_known & before_known)


def observed_start(start: Int64, length_us: int, issued_at: Int64) -> Int64:
    """Return the start of the observed interval that day-ahead persistence repeats."""
    days: Int64 = np.maximum(1, -((issued_at - start - length_us) // DAY_US))
    return start - days * DAY_US


def earliest_needed(start: Int64, length_us: int, issued_at: Int64) -> int | None:
    """Return since when the models need observations; None if there are no forecasts."""
    if not len(start):
        return None
    level = issued_at - DAY_US - max(HOUR_US, length_us) - length_us
    return int(min(observed_start(start, length_us, issued_at).min(), level.min()))


def _at(observed: Observations, start: Int64) -> Column:
    place = np.searchsorted(observed.start, start)
    inside = np.minimum(place, len(observed.start) - 1)
    if not len(observed.start):
        return Column(np.zeros(len(start), np.int64), np.zeros(len(start), np.bool_))
    return Column(observed.energy[inside], observed.start[inside] == start)


def _last_hour(observed: Observations, edge: Int64) -> tuple[Int64, Bools]:
    """Return the energy of the hour before each `edge`, and whether all of it was observed."""
    count = max(1, HOUR_US // observed.length_us)
    running = np.append(0, np.cumsum(observed.energy))
    first = np.searchsorted(observed.start, edge - count * observed.length_us)
    stop = np.searchsorted(observed.start, edge)
    return running[stop] - running[first], stop - first == count
