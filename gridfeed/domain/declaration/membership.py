"""The projects that a meter's intervals belong to, and for which periods."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from zoneinfo import ZoneInfo

from gridfeed.domain.calendar.period import ALWAYS, Period
from gridfeed.domain.declaration.catalogue import Project


@dataclass(frozen=True, slots=True)
class Membership:
    """A meter's intervals that start in the period belong to the project with this id."""

    project: str
    period: Period = ALWAYS

    def spelled(self, zone: ZoneInfo) -> str:
        """Return "east", or "east to 2025-01-01"."""
        return " ".join(filter(None, (self.project, self.period.spelled(zone))))


#: The memberships of one meter, by start, without overlap; the last one has its newest project.
Memberships: TypeAlias = tuple[Membership, ...]


def in_order(memberships: Iterable[Membership]) -> Memberships:
    """Return memberships by start."""
    return tuple(sorted(memberships, key=lambda each: each.period.bounds))


def spelled(memberships: Iterable[Membership], projects: Mapping[str, Project]) -> str:
    """Return memberships for display: "east to 2025-01-01, west from 2025-01-01"."""
    return ", ".join(
        each.spelled(ZoneInfo(projects[each.project].timezone)) for each in memberships
    )
