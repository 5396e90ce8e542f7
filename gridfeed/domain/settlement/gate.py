"""Decides when a forecast must have been issued to count: the gates of its project.

They model the gate closure of the markets: for day-ahead a local time on the day before, for
hour-ahead a lead before the interval (horizons of 12 to 36 hours with a gate at noon).
"""

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from gridfeed.domain.calendar.instants import MICROSECOND
from gridfeed.domain.calendar.interval import local_date_of, local_day
from gridfeed.domain.declaration.catalogue import Project
from gridfeed.domain.words import Product


def in_time(
    product: Product, issued_at: datetime, interval_start: datetime, project: Project
) -> bool:
    """Return whether a vintage passed its product's gate for an interval; instants aware.

    A vintage issued exactly at a declared gate still passes. Without a declared gate, a day-ahead
    forecast must be issued before the local day of its interval, an hour-ahead forecast before its
    interval: issued at that very instant, it is too late.
    """
    if product is Product.HOUR_AHEAD:
        lead = project.hour_ahead_lead_minutes
        if lead is None:
            return issued_at < interval_start
        return issued_at <= interval_start - timedelta(minutes=lead)
    zone = ZoneInfo(project.timezone)
    day = local_day(zone, local_date_of(zone, interval_start)).start
    if project.day_ahead_gate is None:
        return issued_at < day
    return issued_at <= day_ahead_gate(zone, day, project.day_ahead_gate)


@lru_cache(maxsize=4096)
def day_ahead_gate(zone: ZoneInfo, day: datetime, gate: time) -> datetime:
    """Return the instant (UTC) of a local time on the day before the one that starts at `day`.

    If clocks show the time twice, the first instant is returned. If they skip it, it moves on by
    the skipped length: 02:30 becomes 03:30 if 02:00 to 03:00 is missing (PEP 495, fold=0). A date
    that the zone skipped cannot be the day before.
    """
    before = local_date_of(zone, day - MICROSECOND)
    return datetime.combine(before, gate, zone).astimezone(UTC)
