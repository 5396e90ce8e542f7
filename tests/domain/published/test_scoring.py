"""Forecasts find what was observed, in groups; what is missing is counted."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.calendar.grouping import Grouping, calendar_numbers, label
from gridfeed.domain.published.accuracy import Column, Sums, total
from gridfeed.domain.published.scoring import Forecasts, Group, Truth, score
from gridfeed.domain.words import ProductionFormat

UTC = ZoneInfo("UTC")
HOUR_US = 3_600_000_000
ZERO = int(np.datetime64("2026-03-01T00", "us").astype(np.int64))
Energies = Sequence[int | None]


def hours(*numbers: float) -> np.ndarray:
    """Instants, so many hours after 2026-03-01T00:00Z."""
    return np.array([ZERO + round(n * HOUR_US) for n in numbers], np.int64)


def truth(energies: Energies, versions: Sequence[int] | None = None, scored_from: int = 0) -> Truth:
    """Consecutive hours from 2026-03-01T00:00Z on."""
    rows = len(energies)
    return Truth(
        start=hours(*range(rows)),
        length_us=HOUR_US,
        observed=Column.of(energies),
        estimated=np.zeros(rows, np.bool_),
        version=np.array(versions or [-1] * rows),
        capacity=np.full(rows, 10),
        scored=np.arange(rows) >= scored_from,
    )


def forecasts(rows: Sequence[tuple[float, float, int]]) -> Forecasts:
    """Rows of (hour, hour of issue, energy)."""
    nothing = Column.of([None] * len(rows))
    start, issued_at, energy = zip(*rows, strict=True) if rows else ((), (), ())
    energies = np.array(energy, np.int64)
    return Forecasts(hours(*start), hours(*issued_at), energies, nothing, nothing)


def scores(
    observed: Truth, rows: Sequence[tuple[float, float, int]], by: Grouping = Grouping.NONE
) -> list[Group]:
    return score(observed, forecasts(rows), ProductionFormat.FORECAST_DAY_AHEAD, by, UTC)


def test_intervals_without_forecast_or_observation_are_counted_and_not_scored():
    (group,) = scores(truth([1, None, 3, None]), [(0, -9, 1), (1, -9, 7), (9, -9, 7)])
    assert (group.intervals, group.sums.pairs) == (4, 1)
    assert (group.missing_forecasts, group.missing_observations) == (1, 1)


def test_a_calendar_group_without_any_pair_is_there():
    groups = scores(truth([1] * 48), [(30, 0, 2)], Grouping.DAY)
    assert [label(Grouping.DAY, group.number) for group in groups] == ["2026-03-01", "2026-03-02"]
    assert [group.sums.pairs for group in groups] == [0, 1]
    assert [group.missing_forecasts for group in groups] == [24, 23]


def test_lead_is_counted_in_whole_hours_from_issue_to_start():
    rows = [(4, 3, 1), (4, 3.01, 2), (4, 1.5, 3), (5, 1.5, 4)]
    groups = scores(truth([0] * 6), rows, Grouping.LEAD_HOUR)
    assert [(group.number, group.sums.error) for group in groups] == [
        (0, 2),
        (1, 1),
        (2, 3),
        (3, 4),
    ]


def test_every_vintage_of_an_interval_counts_at_its_own_lead():
    (group,) = scores(truth([10]), [(0, -1, 11), (0, -2, 13)])
    assert (group.sums.pairs, group.sums.error, group.intervals) == (2, 4, 1)


def test_the_versions_that_were_the_truth_are_counted():
    rows = [(n, -1, 0) for n in range(3)]
    (group,) = scores(truth([1, 1, 1, 1], versions=[0, 2, 2, 7]), rows)
    assert group.versions == {0: 1, 2: 2}
    (group,) = scores(truth([1, 1, 1]), rows)
    assert group.versions == {}


def test_persistence_looks_at_rows_that_are_not_scored():
    observed = truth([5] * 24 + [8], scored_from=24)
    (group,) = scores(observed, [(24, 10, 7)])
    assert group.sums.referenced == 1
    # Issued at 10:00, so of midnight to 1:00 the day before was over: persistence says 5, is 8.
    assert (group.sums.square, group.sums.reference_square) == (1, 9)


@pytest.mark.parametrize(("by", "labels"), [
    (Grouping.NONE, [None]),
    (Grouping.MONTH, ["2026-02", "2026-03"]),
    (Grouping.DAY, ["2026-02-28", "2026-03-01"]),
    (Grouping.HOUR_OF_DAY, [0, 1, 19, 20, 21, 22, 23]),
])  # fmt: skip
def test_calendars_are_local(by, labels):
    # 00:00Z is 19:00 of the day before in New York.
    numbers = calendar_numbers(by, hours(*range(7)), ZoneInfo("America/New_York"))
    assert sorted(label(by, number) or 0 for number in set(numbers.tolist())) == sorted(
        each or 0 for each in labels
    )


def test_an_hour_that_comes_twice_is_one_hour_of_day():
    # New York, 2026-11-01: 05:00Z and 06:00Z are both 01:00.
    start = np.array(["2026-11-01T05", "2026-11-01T06"], "datetime64[us]").astype(np.int64)
    found = calendar_numbers(Grouping.HOUR_OF_DAY, start, ZoneInfo("America/New_York"))
    assert found.tolist() == [1, 1]


@given(
    st.lists(st.none() | st.integers(-9, 9), min_size=1, max_size=60),
    st.lists(st.tuples(st.integers(-2, 70), st.integers(-50, 60), st.integers(-9, 9))),
)
def test_groups_of_any_kind_sum_to_the_same_total(observed, rows):
    sums = [total(group.sums for group in scores(truth(observed), rows, by)) for by in Grouping]
    assert sums == [sums[0]] * len(sums)
    pairs = [observed[n] for n, _, _ in rows if 0 <= n < len(observed)]
    assert sums[0].pairs == len([energy for energy in pairs if energy is not None])


def test_nothing_at_all_scores_nothing():
    assert scores(truth([]), [(0, 0, 1)]) == []
    (group,) = scores(truth([None]), [])
    assert (group.sums, group.intervals) == (Sums(), 1)
