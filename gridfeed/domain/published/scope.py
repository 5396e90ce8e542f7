"""The requested meters, and when each belongs to which project; pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Self

from gridfeed.domain.calendar.instants import SECOND_US
from gridfeed.domain.calendar.interval import UntileableError, anchor_seconds, floor_to_interval
from gridfeed.domain.declaration.catalogue import SettlementRun
from gridfeed.domain.declaration.contract import ContractShare
from gridfeed.domain.words import Technology

#: Bounds of open periods; far from the ends of int64.
FIRST_US, LAST_US = -(2**61), 2**61


@dataclass(frozen=True, slots=True)
class ScopeProject:
    """A project's declarations about its meters' values. latitude, longitude: degrees or None."""

    cds_productionproject_id: str
    timezone: str
    units: str
    interval_seconds: int
    interval_anchor_seconds: int
    day_ahead_gate: time | None = None
    hour_ahead_lead_minutes: int | None = None
    technology: Technology | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    shares: tuple[ContractShare, ...] = ()
    settlement_runs: tuple[SettlementRun, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the intervals of a length start in a project. All in microseconds."""

    unit_us: int
    anchor_us: int

    @classmethod
    def of(cls, project: ScopeProject, unit_us: int) -> Self:
        """Return the grid that contains local midnight, or else the grid of base intervals."""
        try:
            anchor = anchor_seconds(project.timezone, unit_us // SECOND_US)
        except UntileableError:
            anchor = project.interval_anchor_seconds
        return cls(unit_us, anchor * SECOND_US)

    def down(self, us: int) -> int:
        """Return the last start at or before an instant."""
        return floor_to_interval(us, self.unit_us, self.anchor_us)

    def up(self, us: int) -> int:
        """Return the first start at or after an instant."""
        return -floor_to_interval(-us, self.unit_us, -self.anchor_us)


@dataclass(frozen=True, slots=True)
class ScopeMembership:
    """A meter in a project: its intervals that start in [starts_at, ends_at); None is open."""

    meter_id: int
    meter_number: str
    capacity_kw: Decimal
    project: ScopeProject
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """One meter or one project. memberships: by meter, then by time.

    project: the project whose calendar and units the answer uses; for a meter, its newest visible
    one.
    """

    meter_number: str | None
    project: ScopeProject
    memberships: tuple[ScopeMembership, ...]

    def settlement_runs(self) -> list[SettlementRun]:
        """Return the runs of all its projects."""
        projects = (each.project for each in self.memberships)
        by_id = {project.cds_productionproject_id: project for project in projects}
        return [run for project in by_id.values() for run in project.settlement_runs]

    def intervals_within(self, start: datetime, end: datetime) -> int:
        """Return about how many base intervals all its meters have in [start, end)."""
        return sum(
            (min(end, each.ends_at or end) - max(start, each.starts_at or start))
            // timedelta(seconds=each.project.interval_seconds)
            for each in self.memberships
            if (each.ends_at or end) > start and (each.starts_at or start) < end
        )
