"""Persistence, the baseline that other forecasts must beat: tomorrow is like today.

Both models use only intervals that were over when the forecast was issued. Steps back are whole
days of 24 hours in UTC: the sun follows UTC, not local clocks.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

#: Mean power in kW of the observed interval [start, start + length).
Observed = Callable[[datetime, timedelta], Decimal]


def day_ahead(
    starts: Sequence[datetime], length: timedelta, *, issued_at: datetime, observed: Observed
) -> list[Decimal]:
    """Return each interval's mean kW: that of the same interval a day earlier.

    If that interval was not over at `issued_at`, the newest earlier day on which it was is used.
    """
    return [
        observed(start - _days_back(start + length, issued_at) * DAY, length) for start in starts
    ]


def hour_ahead(
    starts: Sequence[datetime], length: timedelta, *, issued_at: datetime, observed: Observed
) -> list[Decimal]:
    """Return each interval's mean kW: yesterday's shape at the level of the last hour.

    That is the same interval a day earlier, plus the difference between the hour before `issued_at`
    and the same hour a day earlier.
    """
    last_hour = issued_at - HOUR
    level = observed(last_hour, HOUR) - observed(last_hour - DAY, HOUR)
    yesterday = day_ahead(starts, length, issued_at=issued_at, observed=observed)
    return [power + level for power in yesterday]


def _days_back(end: datetime, issued_at: datetime) -> int:
    """Return the fewest days, at least 1, that move `end` back to `issued_at` or earlier."""
    return max(1, -((issued_at - end) // DAY))
