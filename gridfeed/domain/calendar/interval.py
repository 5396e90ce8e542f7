"""Half-open spans of time in UTC, the local days of a time zone, and the grid of base intervals.

Arithmetic is in UTC; a local day has 23, 24 or 25 hours (23.5 and 24.5 on Lord Howe). The local
days of a zone divide time without holes: if clocks are set back across midnight, the repeated
minutes before midnight belong to the day that has already begun.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from math import gcd
from typing import overload
from zoneinfo import ZoneInfo

import numpy as np

from gridfeed.domain.calendar.instants import DAY_US, EPOCH, MICROSECOND, microseconds
from gridfeed.domain.telemetry.samples import Int64

ONE_DAY = timedelta(days=1)

#: In these years every local midnight is on the grid of base intervals.
TILED_FROM, TILED_TO = date(2000, 1, 1), date(2051, 1, 1)
USUAL_SECONDS = (86_400, 3_600, 1_800, 900, 300, 60)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The span [start, end) between two aware datetimes in UTC. Raises ValueError otherwise."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Refuse local and naive times and empty spans."""
        for name, at in (("start", self.start), ("end", self.end)):
            if at.tzname() != "UTC":
                raise ValueError(f"{name}={at.isoformat()} is not in UTC; use .astimezone(UTC)")
        if self.end <= self.start:
            raise ValueError(
                f"end={self.end.isoformat()} is not after start={self.start.isoformat()}"
            )

    @property
    def duration(self) -> timedelta:
        """Return end - start."""
        return self.end - self.start


class UntileableError(ValueError):
    """Intervals of this length cannot fill every local day of this zone exactly."""


@lru_cache(maxsize=65_536)
def _first_instant(zone: ZoneInfo, day: date) -> datetime:
    """Return when `day` begins; for a date that the zone skipped, when the next date begins."""
    midnight = datetime.combine(day, time(), zone)
    instant = midnight.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == midnight.replace(tzinfo=None):
        return instant
    # PEP 495: a wall time in a gap is before the change of clocks with fold=1, after it with 0.
    before = midnight.replace(fold=1).astimezone(UTC)

    def has_begun(seconds: int) -> bool:
        return (before + timedelta(seconds=seconds)).astimezone(zone).date() >= day

    gap = range(int((instant - before).total_seconds()))
    return before + timedelta(seconds=bisect_left(gap, True, key=has_begun))


def local_day(zone: ZoneInfo, day: date) -> Interval:
    """Return the span from the first instant of `day` to the first instant of the next date.

    Raises ValueError for a date that the zone skipped (Pacific/Apia has no 2011-12-30) and
    OverflowError for the first and the last day of the calendar.
    """
    start, end = _first_instant(zone, day), _first_instant(zone, day + ONE_DAY)
    if start == end:
        raise ValueError(f"{zone.key} skipped {day}; use the date before or after it")
    return Interval(start, end)


def local_days(zone: ZoneInfo, start: datetime, end: datetime) -> list[tuple[date, Interval]]:
    """Return the local days that overlap [start, end), in order; none if it is empty."""
    if end <= start:
        return []
    first, last = local_date_of(zone, start), local_date_of(zone, end - MICROSECOND)
    dates = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [
        (day, local_day(zone, day))
        for day in dates
        if _first_instant(zone, day) < _first_instant(zone, day + ONE_DAY)
    ]


def local_month(zone: ZoneInfo, day: date) -> Interval:
    """Return the span of the local month that contains the date."""
    first = day.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return Interval(_first_instant(zone, first), _first_instant(zone, following))


def local_date_of(zone: ZoneInfo, instant: datetime) -> date:
    """Return the date whose `local_day` contains the instant (aware, any zone)."""
    day = instant.astimezone(zone).date()
    following = day + ONE_DAY
    return following if instant >= _first_instant(zone, following) else day


def day_number(zone: ZoneInfo, instants_us: Int64) -> Int64:
    """Return `local_date_of` of every instant, as days since 1970-01-01.

    instants_us: microseconds since the epoch, UTC. Costs two time zone look-ups per distinct UTC
    date, not per instant.
    """
    utc_day, row = np.unique(instants_us // DAY_US, return_inverse=True)
    # A zone is less than a day away from UTC, so one of three dates contains the instant.
    today, tomorrow = (
        np.array([_first_instant_us(zone, int(number) + ahead) for number in utc_day], np.int64)
        for ahead in (0, 1)
    )
    number: Int64 = utc_day[row] - 1
    number += instants_us >= today[row]
    number += instants_us >= tomorrow[row]
    return number


def _first_instant_us(zone: ZoneInfo, number: int) -> int:
    day = EPOCH.date() + timedelta(days=number)
    return microseconds(_first_instant(zone, day))


@lru_cache(maxsize=1024)
def anchor_seconds(timezone_name: str, interval_seconds: int) -> int:
    """Return the anchor of a zone's base intervals, 0 <= anchor < interval_seconds.

    Base intervals start at the epoch + k x interval_seconds + anchor; every local midnight from
    2000 to 2050 is such a start. Raises UntileableError if no anchor does that, and
    ZoneInfoNotFoundError for a zone that the installed rules do not know.
    """
    first_midnight, day_lengths = _calendar(timezone_name)
    longest = gcd(*day_lengths)
    if interval_seconds > 0 and longest % interval_seconds == 0:
        return first_midnight % interval_seconds
    untiled = (day for day in day_lengths if interval_seconds < 1 or day % interval_seconds)
    accepted = [str(length) for length in USUAL_SECONDS if longest % length == 0][:3]
    raise UntileableError(
        f"interval_seconds={interval_seconds} cannot tile the {next(untiled) / 3600:g}-hour days "
        f"of {timezone_name}; use {', '.join(accepted)} or another divisor of {longest}"
    )


@lru_cache(maxsize=1024)
def _calendar(timezone_name: str) -> tuple[int, tuple[int, ...]]:
    """Return the first midnight (seconds since the epoch) and the lengths of days that occur."""
    zone = ZoneInfo(timezone_name)
    dates = (TILED_FROM + timedelta(days=n) for n in range((TILED_TO - TILED_FROM).days + 1))
    # Bypasses the cache: 18,628 days of a zone would evict the ones in use.
    midnights = [int(_first_instant.__wrapped__(zone, day).timestamp()) for day in dates]
    lengths = set(np.diff(midnights).tolist()) - {0}
    return midnights[0], tuple(sorted(lengths))


@overload
def floor_to_interval(instants_us: int, length_us: int, anchor_us: int) -> int: ...
@overload
def floor_to_interval(
    instants_us: Int64, length_us: int | Int64, anchor_us: int | Int64
) -> Int64: ...
def floor_to_interval(
    instants_us: int | Int64, length_us: int | Int64, anchor_us: int | Int64
) -> int | Int64:
    """Return the start of the base interval that contains each instant, also before 1970.

    All in microseconds, scalars or arrays; starts are anchor_us + k x length_us.
    """
    return (instants_us - anchor_us) // length_us * length_us + anchor_us


def is_aligned(start: datetime, seconds: int, zone: ZoneInfo) -> bool:
    """Return whether [start, start + seconds) is on the grid counted from its local midnight.

    Also False if it would end after its local day: the last half hour of a 23.5-hour day is no
    hourly interval. start: aware.
    """
    day = local_day(zone, local_date_of(zone, start))
    length = timedelta(seconds=seconds)
    return seconds > 0 and not (start - day.start) % length and start + length <= day.end
