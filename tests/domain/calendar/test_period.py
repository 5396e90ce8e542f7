"""Periods, against the days that they hold."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.calendar.period import ALWAYS, Period, covers

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
#: Days 0 to 9, and one far out on each side that only an open side holds.
DAYS = (-1000, *range(10), 1000)


def day(number: int | None) -> datetime | None:
    return None if number is None else FIRST + timedelta(days=number)


@st.composite
def periods(draw: st.DrawFn) -> Period:
    start = draw(st.none() | st.integers(0, 9))
    end = draw(st.none() | st.integers(1 if start is None else start + 1, 10))
    return Period(day(start), day(end))


def days_of(period: Period) -> set[int]:
    start, end = period.bounds
    return {number for number in DAYS if start <= FIRST + timedelta(days=number) < end}


@given(periods(), periods())
def test_periods_overlap_where_they_share_a_day(one, other):
    assert one.overlaps(other) == bool(days_of(one) & days_of(other))


@given(st.lists(periods(), max_size=5), periods())
def test_a_period_is_covered_when_each_of_its_days_is(parts, whole):
    assert covers(parts, whole) == (days_of(whole) <= set().union(*map(days_of, parts)))


def test_neighbours_do_not_overlap_and_leave_no_hole():
    before, after = Period(None, day(3)), Period(day(3), None)
    assert not before.overlaps(after)
    assert covers([after, before], ALWAYS)
    assert not covers([before], ALWAYS)


def test_a_period_is_told_in_local_dates():
    denver = ZoneInfo("America/Denver")
    midnight = datetime(2025, 1, 1, 7, tzinfo=UTC)
    assert Period(midnight, None).spelled(denver) == "from 2025-01-01"
    assert Period(None, midnight).spelled(denver) == "to 2025-01-01"
    assert ALWAYS.spelled(denver) == ""
