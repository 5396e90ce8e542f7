"""Groups intervals by local day, month or hour, or by the lead of their forecast."""

from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np

from gridfeed.domain.calendar.instants import HOUR_US, instant
from gridfeed.domain.calendar.interval import day_number
from gridfeed.domain.telemetry.samples import Int64


class Grouping(StrEnum):
    """The common property of a group's members."""

    NONE = "none"
    LEAD_HOUR = "lead_hour"
    HOUR_OF_DAY = "hour_of_day"
    DAY = "day"
    MONTH = "month"


def lead_hours(start: Int64, issued_at: Int64) -> Int64:
    """Return the whole hours from issue to start, rounded down: 0 is the first hour."""
    result: Int64 = (start - issued_at) // HOUR_US
    return result


def calendar_numbers(by: Grouping, start: Int64, zone: ZoneInfo) -> Int64:
    """Return one number for each row, equal within a group; all 0 for Grouping.NONE.

    start: microseconds since the epoch, UTC. Raises ValueError for LEAD_HOUR, which is no property
    of the calendar.
    """
    match by:
        case Grouping.NONE:
            return np.zeros(len(start), np.int64)
        case Grouping.DAY:
            return day_number(zone, start)
        case Grouping.MONTH:
            days = day_number(zone, start).view("datetime64[D]")
            return days.astype("datetime64[M]").astype(np.int64)
        case Grouping.HOUR_OF_DAY:
            return _hours_of_day(start, zone)
    raise ValueError(f"{by} is not of the calendar; use lead_hours")


def label(by: Grouping, number: int) -> str | int | None:
    """Return a group's published label: 2026-03-01, 2026-03, an hour, or None for everything."""
    match by:
        case Grouping.NONE:
            return None
        case Grouping.DAY:
            return str(np.datetime64(number, "D"))
        case Grouping.MONTH:
            return str(np.datetime64(number, "M"))
    return number


def _hours_of_day(start: Int64, zone: ZoneInfo) -> Int64:
    instants, row = np.unique(start, return_inverse=True)
    hours = [instant(at).astimezone(zone).hour for at in instants.tolist()]
    result: Int64 = np.array(hours, np.int64)[row]
    return result
