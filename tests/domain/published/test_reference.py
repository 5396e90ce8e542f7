"""Persistence in columns is persistence as it is generated."""

from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.calendar.instants import EPOCH, MICROSECOND
from gridfeed.domain.published import persistence, reference
from gridfeed.domain.published.reference import Observations

QUARTER = timedelta(minutes=15)
QUARTER_US = QUARTER // MICROSECOND
ZERO = datetime(2026, 3, 1, tzinfo=EPOCH.tzinfo)
ZERO_US = (ZERO - EPOCH) // MICROSECOND
HOUR_US = 4 * QUARTER_US


def quarters(*numbers: float) -> np.ndarray:
    """Instants, so many quarters of an hour after 2026-03-01."""
    return np.array([ZERO_US + round(n * QUARTER_US) for n in numbers], np.int64)


def observations(energies: dict[int, int]) -> Observations:
    """Energies of the quarter hours of these numbers."""
    known = sorted(energies)
    return Observations(
        quarters(*known), np.array([energies[n] for n in known], np.int64), QUARTER_US
    )


COUNTING = observations({n: n for n in range(4 * 24 * 4)})


def test_day_ahead_repeats_the_newest_day_that_was_over():
    # Issued at 18:00 of day 1: 17:45 of day 1 was over, of 18:00 only day 0 was.
    start, issued_at = quarters(2 * 96 + 71, 2 * 96 + 72), quarters(96 + 72, 96 + 72)
    assert reference.day_ahead(COUNTING, start, issued_at).energy.tolist() == [96 + 71, 72]


def test_hour_ahead_moves_yesterday_to_the_level_of_the_last_hour():
    # In COUNTING every hour is 96 a quarter above the same of the day before.
    start = quarters(200, 201)
    issued_at = quarters(200, 200)
    assert reference.hour_ahead(COUNTING, start, issued_at).energy.tolist() == [200, 201]


def test_what_was_not_observed_gives_no_reference():
    gap = observations({n: n for n in range(400) if n != 150})
    found = reference.day_ahead(gap, quarters(246, 247), quarters(246, 247))
    assert found.known.tolist() == [False, True]
    # Quarter 150 belongs to the hour before quarter 154, and to yesterday's before 250.
    found = reference.hour_ahead(gap, quarters(154, 155, 250, 251), quarters(154, 155, 250, 251))
    assert found.known.tolist() == [False, True, False, True]


def test_nothing_observed_gives_no_reference():
    nothing = observations({})
    for model in (reference.day_ahead, reference.hour_ahead):
        assert model(nothing, quarters(1), quarters(0)).known.tolist() == [False]


def test_an_issue_between_boundaries_knows_only_intervals_that_were_over():
    shape = observations(dict.fromkeys(range(190), 0) | dict.fromkeys(range(190, 200), 8))
    # Issued 5 minutes into quarter 193: the last hour is quarters 189 to 192, 3 of them at 8.
    assert reference.hour_ahead(shape, quarters(194), quarters(193.3)).energy.tolist() == [6]


ISSUE = st.integers(110, 300)
LEAD = st.integers(0, 90)


@given(st.lists(st.integers(-(10**9), 10**9), min_size=400, max_size=400), ISSUE, LEAD)
def test_columns_are_the_generated_forecasts(values, issue, lead):
    def observed(start: datetime, length: timedelta) -> Decimal:
        first, count = (start - ZERO) // QUARTER, length // QUARTER
        return Decimal(sum(values[first : first + count])) / count

    issued_at = ZERO + issue * QUARTER
    start = ZERO + (issue + lead) * QUARTER
    some = observations(dict(enumerate(values)))
    models = (
        (persistence.day_ahead, reference.day_ahead),
        (persistence.hour_ahead, reference.hour_ahead),
    )
    for generated, scored in models:
        (power,) = generated([start], QUARTER, issued_at=issued_at, observed=observed)
        found = scored(some, quarters(issue + lead), quarters(issue))
        assert found.known.tolist() == [True]
        assert abs(found.energy[0] - power) <= Decimal("0.5")


@given(ISSUE, LEAD)
def test_earliest_needed_reaches_back_as_far_as_either_model(issue, lead):
    start, issued_at = quarters(issue + lead), quarters(issue + 0.3)
    earliest = reference.earliest_needed(start, QUARTER_US, issued_at)
    n = (earliest - ZERO_US) // QUARTER_US
    enough = observations({place: place for place in range(n, issue + lead)})
    assert reference.hour_ahead(enough, start, issued_at).known.tolist() == [True]
