"""Persistence: the forecast that anything better has to beat. Tomorrow is like today.

Both models know only intervals that were over when the forecast was issued. Steps back are whole
days of 24 hours in UTC: the sun keeps to UTC, not to local clocks.
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
    """Return the mean kW of each interval: that of the same interval a day earlier.

    Where that one was not over at `issued_at`, the newest earlier day's that was.
    """
    return [
        observed(start - _days_back(start + length, issued_at) * DAY, length) for start in starts
    ]


def hour_ahead(
    starts: Sequence[datetime], length: timedelta, *, issued_at: datetime, observed: Observed
) -> list[Decimal]:
    """Return the mean kW of each interval: yesterday's shape at the level of the last hour.

    That is the same interval a day earlier, plus how much the hour before `issued_at` was above
    the same hour a day earlier.
    """
    last_hour = issued_at - HOUR
    level = observed(last_hour, HOUR) - observed(last_hour - DAY, HOUR)
    yesterday = day_ahead(starts, length, issued_at=issued_at, observed=observed)
    return [power + level for power in yesterday]


def _days_back(end: datetime, issued_at: datetime) -> int:
    """Return the fewest days, at least 1, after which `end` is not later than `issued_at`."""
    return max(1, -((issued_at - end) // DAY))
