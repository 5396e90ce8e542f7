"""Cuts a long range into windows that are read one after the other: memory has a bound; pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from gridfeed.domain.calendar.interval import local_days
from gridfeed.domain.published.scope import Scope

Window = tuple[datetime, datetime]


def windows(found: Scope, start: datetime, end: datetime, most: int) -> list[Window]:
    """Return [start, end) in parts with at most about `most` base intervals of all meters.

    The parts meet at midnights of the scope's time zone, so no interval that fills its days lies in
    two of them. A part has at least one day.
    """
    days = [day for _, day in local_days(ZoneInfo(found.project.timezone), start, end)]
    if not days:
        return [(start, end)]
    size = max(1, most * len(days) // max(found.intervals_within(start, end), 1))
    heads = [day.start for day in days[size::size]]
    return list(zip([start, *heads], [*heads, end], strict=True))
