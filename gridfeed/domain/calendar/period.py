"""The validity of a declaration: a half-open period, possibly open on either side."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from zoneinfo import ZoneInfo

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """[starts_at, ends_at), aware datetimes; None is open."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """Return start and end; an open side has the calendar's first or last instant."""
        return self.starts_at or _EARLIEST, self.ends_at or _LATEST

    def overlaps(self, other: Self) -> bool:
        """Return whether the two have an instant in common."""
        (start, end), (other_start, other_end) = self.bounds, other.bounds
        return start < other_end and other_start < end

    def spelled(self, zone: ZoneInfo) -> str:
        """Return "from 2025-01-01 to 2026-01-01" in local dates; "" if both sides are open."""
        sides = ("from", self.starts_at), ("to", self.ends_at)
        return " ".join(f"{word} {at.astimezone(zone).date()}" for word, at in sides if at)


#: Open on both sides.
ALWAYS = Period()


def covers(parts: Iterable[Period], whole: Period) -> bool:
    """Return whether every instant of `whole` is in some part; parts may overlap."""
    reached, end = whole.bounds
    for start, until in sorted(part.bounds for part in parts):
        if start > reached:
            break
        reached = max(reached, until)
    return reached >= end


def union(parts: Iterable[Period]) -> tuple[Period, ...]:
    """Return the instants of all parts as the fewest periods, by start."""
    joined: list[Period] = []
    for part in sorted(parts, key=lambda part: part.bounds):
        last = joined[-1] if joined else None
        if last and part.bounds[0] <= last.bounds[1]:
            ends_at = max(last, part, key=lambda each: each.bounds[1]).ends_at
            joined[-1] = Period(last.starts_at, ends_at)
        else:
            joined.append(part)
    return tuple(joined)


def common(one: Period, other: Period) -> Period:
    """Return the instants that both periods, which must overlap, contain."""
    starts_at = max(one, other, key=lambda each: each.bounds[0]).starts_at
    return Period(starts_at, min(one, other, key=lambda each: each.bounds[1]).ends_at)
