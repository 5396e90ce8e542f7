"""The rows of an aligned table: spans of time on the local calendar; pure."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo

import numpy as np

from gridfeed.domain.calendar.instants import MICROSECOND, SECOND_US, microseconds
from gridfeed.domain.calendar.interval import (
    Interval,
    anchor_seconds,
    local_date_of,
    local_days,
    local_month,
)
from gridfeed.domain.telemetry.samples import Int64


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans [start, end) in microseconds since the epoch, UTC: by start, without overlap."""

    start_us: Int64
    end_us: Int64

    def __len__(self) -> int:
        """Return the number of spans."""
        return len(self.start_us)

    @classmethod
    def between(cls, start: datetime, end: datetime) -> Self:
        """Return the one span [start, end)."""
        return cls(*np.array([[microseconds(start)], [microseconds(end)]], np.int64))

    def starting_in(self, first_us: int, last_us: int) -> Self:
        """Return the spans that start in [first_us, last_us)."""
        first, last = np.searchsorted(self.start_us, [first_us, last_us])
        return type(self)(self.start_us[first:last], self.end_us[first:last])


class Calendar(StrEnum):
    """Spans named by the local calendar."""

    DAY = "day"
    MONTH = "month"


#: Seconds, or a word of the calendar.
Step = int | Calendar


def spans_of(step: Step, timezone_name: str, start: datetime, end: datetime) -> Spans:
    """Return the spans that start in [start, end). Raises UntileableError like by_seconds."""
    if step == Calendar.DAY:
        return by_local_day(timezone_name, start, end)
    if step == Calendar.MONTH:
        return by_local_month(timezone_name, start, end)
    return by_seconds(timezone_name, int(step), start, end)


def by_seconds(timezone_name: str, seconds: int, start: datetime, end: datetime) -> Spans:
    """Return the intervals of this length that start in [start, end), on the local grid.

    Raises UntileableError if they cannot fill every local day.
    """
    length = seconds * SECOND_US
    anchor = anchor_seconds(timezone_name, seconds) * SECOND_US
    first, last = (-((anchor - microseconds(at)) // length) for at in (start, end))
    starts = np.arange(first, last, dtype=np.int64) * length + anchor
    return Spans(starts, starts + length)


def by_local_day(timezone_name: str, start: datetime, end: datetime) -> Spans:
    """Return the local days that start in [start, end)."""
    days = local_days(ZoneInfo(timezone_name), start, end)
    return _of([day for _, day in days if day.start >= start])


def days_within(timezone_name: str, start: datetime, end: datetime) -> Spans:
    """Return the local days that overlap [start, end), cut to it."""
    days = local_days(ZoneInfo(timezone_name), start, end)
    return _of([Interval(max(day.start, start), min(day.end, end)) for _, day in days])


def by_local_month(timezone_name: str, start: datetime, end: datetime) -> Spans:
    """Return the local months that start in [start, end)."""
    zone = ZoneInfo(timezone_name)
    first, last = local_date_of(zone, start), local_date_of(zone, end - MICROSECOND)
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    months = [local_month(zone, _later(first, n)) for n in range(count)]
    return _of([month for month in months if start <= month.start < end])


def _later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _of(every: list[Interval]) -> Spans:
    starts = np.array([microseconds(each.start) for each in every], np.int64)
    return Spans(starts, np.array([microseconds(each.end) for each in every], np.int64))
