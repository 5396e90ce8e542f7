"""Persistence knows only what was over when it was issued."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from gridfeed.domain.published.persistence import day_ahead, hour_ahead

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
ZERO = datetime(2026, 3, 1, tzinfo=UTC)


def hours(n: float) -> datetime:
    """Return the instant n hours after ZERO."""
    return ZERO + n * HOUR


def number_of_hour(start: datetime, length: timedelta) -> Decimal:
    """Observe, as kW, how many hours after ZERO the interval starts."""
    del length
    return Decimal((start - ZERO) // QUARTER) / 4


def test_day_ahead_is_the_same_interval_a_day_earlier():
    starts = [hours(48), hours(48.25)]
    issued_at = hours(47)
    powers = day_ahead(starts, QUARTER, issued_at=issued_at, observed=number_of_hour)
    assert powers == [Decimal(24), Decimal("24.25")]


def test_day_ahead_steps_back_another_day_where_yesterday_was_not_over():
    # Issued at 18:00 of the day before (hour 42): 17:45-18:00 is known, 18:00-18:15 is not.
    starts = [hours(48 + 17.75), hours(48 + 18)]
    powers = day_ahead(starts, QUARTER, issued_at=hours(42), observed=number_of_hour)
    assert powers == [Decimal("41.75"), Decimal(18)]


def test_day_ahead_of_a_day_of_25_hours_uses_nothing_issued_later():
    issued_at = hours(0)
    seen = []

    def observed(start: datetime, length: timedelta) -> Decimal:
        seen.append(start + length)
        return Decimal(1)

    day_ahead([hours(i / 4) for i in range(100)], QUARTER, issued_at=issued_at, observed=observed)
    assert max(seen) <= issued_at


def test_hour_ahead_is_yesterdays_shape_at_the_level_of_the_last_hour():
    # Yesterday 1, 2, 3, 4 kW in the hour asked for; the last hour is 10 kW, yesterday's was 7.
    shape = {hours(24 + i / 4): Decimal(i + 1) for i in range(4)}
    last_hours = {hours(46.75): Decimal(10), hours(22.75): Decimal(7)}
    starts = [hours(48 + i / 4) for i in range(4)]
    powers = hour_ahead(
        starts,
        QUARTER,
        issued_at=hours(47.75),
        observed=lambda start, _length: (shape | last_hours)[start],
    )
    assert powers == [4, 5, 6, 7]


def test_hour_ahead_may_be_negative_at_night():
    values = {hours(0): Decimal("-0.002"), hours(22.75): Decimal(-4), hours(-1.25): Decimal(0)}
    powers = hour_ahead(
        [hours(24)], QUARTER, issued_at=hours(23.75), observed=lambda start, _length: values[start]
    )
    assert powers == [Decimal("-4.002")]
