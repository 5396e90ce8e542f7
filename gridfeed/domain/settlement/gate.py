"""When a forecast must have been issued to count for an interval: its project's gates.

The gate closure of the markets: day ahead at a local time on the day before, hour ahead a lead
before the interval (horizons of 12 to 36 hours with a gate at noon).
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

    A declared gate still lets through what is issued at its very instant. Without one, a day-ahead
    forecast counts when issued before the local day of its interval, an hour-ahead one before its
    interval: what is issued at that instant is too late.
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

    Of a time that clocks show twice it is the first; one that they skip is as much later as they
    skip: 02:30 is 03:30 where 02:00 to 03:00 is missing (PEP 495, fold=0). A date that the zone
    skipped is no day before.
    """
    before = local_date_of(zone, day - MICROSECOND)
    return datetime.combine(before, gate, zone).astimezone(UTC)
