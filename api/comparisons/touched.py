"""The parts of a scope's memberships that a question touches, as statements' arguments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from api.segments.filters import EARLIEST, LATEST
from gridfeed.domain.calendar.instants import MICROSECOND, instant
from gridfeed.domain.calendar.interval import local_date_of, local_day
from gridfeed.domain.calendar.spans import Spans
from gridfeed.domain.published.scope import Scope, ScopeMembership


@dataclass(frozen=True, slots=True)
class Touched:
    """A membership, and the part of it that lies in the local days of the requested spans."""

    membership: ScopeMembership
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def all_of(cls, found: Scope, spans: Spans) -> list[Self]:
        """Return the touched part of each membership, by meter, then by time."""
        if not len(spans):
            return []
        first, last = instant(int(spans.start_us[0])), instant(int(spans.end_us[-1]))
        every = (cls._of(membership, first, last - MICROSECOND) for membership in found.memberships)
        return [each for each in every if each.starts_at < each.ends_at]

    @classmethod
    def _of(cls, membership: ScopeMembership, first: datetime, last: datetime) -> Self:
        zone = ZoneInfo(membership.project.timezone)
        opens = local_day(zone, local_date_of(zone, first)).start
        closes = local_day(zone, local_date_of(zone, last)).end
        return cls(
            membership,
            max(opens, membership.starts_at or EARLIEST),
            min(closes, membership.ends_at or LATEST),
        )


def arguments(touched: Sequence[Touched]) -> dict[str, list[object]]:
    """Return the arguments that name the memberships and the touched part of each."""
    return {
        "membership": list(range(len(touched))),
        "meter_id": [each.membership.meter_id for each in touched],
        "starts_at": [each.starts_at for each in touched],
        "ends_at": [each.ends_at for each in touched],
    }


def whole_memberships(touched: Sequence[Touched]) -> dict[str, list[object]]:
    """Return the arguments that name the memberships with their whole time, not only parts."""
    return arguments(touched) | {
        "starts_at": [each.membership.starts_at or EARLIEST for each in touched],
        "ends_at": [each.membership.ends_at or LATEST for each in touched],
    }


def bounds(touched: Sequence[Touched]) -> tuple[datetime, datetime]:
    """Return the first and the last instant of all touched parts."""
    return (
        min((each.starts_at for each in touched), default=EARLIEST),
        max((each.ends_at for each in touched), default=EARLIEST),
    )
