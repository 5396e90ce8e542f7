"""Matches forecasts with observations, in groups; pure.

Times are microseconds since the epoch, UTC; energies are integers of 10^-6 kWh.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.calendar.grouping import Grouping, calendar_numbers, lead_hours
from gridfeed.domain.published import reference
from gridfeed.domain.published.accuracy import Bools, Column, Pairs, Sums, sums_by
from gridfeed.domain.published.reference import Observations
from gridfeed.domain.telemetry.samples import Int64
from gridfeed.domain.words import ProductionFormat

REFERENCE = {
    ProductionFormat.FORECAST_DAY_AHEAD: reference.day_ahead,
    ProductionFormat.FORECAST_HOUR_AHEAD: reference.hour_ahead,
}
#: In Truth.version: the values have no settlement versions.
NO_VERSION = -1


@dataclass(frozen=True, slots=True)
class Truth:
    """Observations: consecutive intervals of one length, one row for each interval.

    estimated: part of the value was not measured. version: the highest settlement version in the
    row. scored: the rows that count; the others only serve persistence as history. capacity: 10^-6
    kW.
    """

    start: Int64
    length_us: int
    observed: Column
    estimated: Bools
    version: Int64
    capacity: Int64
    scored: Bools

    def take(self, rows: Bools) -> "Truth":
        """Return these rows."""
        return Truth(
            self.start[rows],
            self.length_us,
            self.observed.take(rows),
            self.estimated[rows],
            self.version[rows],
            self.capacity[rows],
            self.scored[rows],
        )


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Forecasts of intervals, one row for each interval and vintage, in any order."""

    start: Int64
    issued_at: Int64
    energy: Int64
    p10: Column
    p90: Column

    def take(self, rows: Bools) -> "Forecasts":
        """Return these rows."""
        return Forecasts(
            self.start[rows],
            self.issued_at[rows],
            self.energy[rows],
            self.p10.take(rows),
            self.p90.take(rows),
        )


@dataclass(frozen=True, slots=True)
class Group:
    """The score of one group of intervals; number: as `grouping` counts them.

    intervals, missing_*: counted on the calendar; None if grouped by lead, because an interval
    without a forecast has no lead. missing_forecasts: intervals observed but not forecast;
    missing_observations: forecast but not observed. estimated: pairs whose observation was partly
    not measured. versions: pairs by the settlement version of their observation.
    """

    number: int
    sums: Sums
    estimated: int
    versions: dict[int, int]
    intervals: int | None = None
    missing_forecasts: int | None = None
    missing_observations: int | None = None


NOTHING = Group(0, Sums(), 0, {}, 0, 0, 0)


def score(
    truth: Truth,
    forecasts: Forecasts,
    product: ProductionFormat,
    by: Grouping,
    zone: ZoneInfo,
) -> list[Group]:
    """Return the groups in order; calendar groups also if they contain no pair.

    Persistence uses all rows of `truth`; only the scored rows are paired.
    """
    known = truth.observed.known
    observations = Observations(truth.start[known], truth.observed.energy[known], truth.length_us)
    scored = truth.take(truth.scored)
    place, forecasts = _matched(scored, forecasts)
    paired = scored.observed.known[place]
    rows, some = place[paired], forecasts.take(paired)
    persisted = REFERENCE[product](observations, some.start, some.issued_at)
    pairs = Pairs(
        some.energy, scored.observed.energy[rows], scored.capacity[rows], persisted,
        some.p10, some.p90,
    )  # fmt: skip
    if by is Grouping.LEAD_HOUR:
        return _paired_groups(scored, pairs, rows, lead_hours(some.start, some.issued_at))
    numbers = calendar_numbers(by, scored.start, zone)
    found = {group.number: group for group in _paired_groups(scored, pairs, rows, numbers[rows])}
    forecast = np.zeros(len(numbers), np.bool_)
    forecast[place] = True
    return _with_missing(found, numbers, forecast, scored.observed.known)


def _matched(truth: Truth, forecasts: Forecasts) -> tuple[NDArray[np.intp], Forecasts]:
    """Return the forecasts of intervals in `truth`, with the row of each interval."""
    place = np.searchsorted(truth.start, forecasts.start)
    inside = np.minimum(place, max(len(truth.start) - 1, 0))
    if not len(truth.start):
        return inside[:0], forecasts.take(np.zeros(len(place), np.bool_))
    there = truth.start[inside] == forecasts.start
    return inside[there], forecasts.take(there)


def _paired_groups(truth: Truth, pairs: Pairs, rows: NDArray[np.intp], group: Int64) -> list[Group]:
    estimated, version = truth.estimated[rows], truth.version[rows]
    return [
        Group(
            number,
            sums,
            estimated=int(estimated[group == number].sum()),
            versions=_counted(version[(group == number) & (version != NO_VERSION)]),
        )
        for number, sums in sorted(sums_by(pairs, group).items())
    ]


def _with_missing(
    found: dict[int, Group], numbers: Int64, forecast: Bools, observed: Bools
) -> list[Group]:
    counts = (
        _counted(numbers),
        _counted(numbers[observed & ~forecast]),
        _counted(numbers[forecast & ~observed]),
    )
    return [
        Group(
            number,
            group.sums,
            group.estimated,
            group.versions,
            *(count.get(number, 0) for count in counts),
        )
        for number in counts[0]
        for group in [found.get(number, NOTHING)]
    ]


def _counted(values: Int64) -> dict[int, int]:
    numbers, counts = np.unique(values, return_counts=True)
    return dict(zip(numbers.tolist(), counts.tolist(), strict=True))
