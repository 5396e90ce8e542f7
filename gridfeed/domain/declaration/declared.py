"""Declared objects, stored objects, and the effect of applying a declaration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from gridfeed.domain.calendar.period import ALWAYS, Period
from gridfeed.domain.declaration.catalogue import Project
from gridfeed.domain.declaration.customer_data import ServiceContract, SupplyPart
from gridfeed.domain.declaration.membership import Membership, Memberships, in_order
from gridfeed.domain.words import Integration

#: Fields that differ: name, stored value, declared value.
Changes: TypeAlias = tuple[tuple[str, object, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredMeter:
    """A meter as a file declares it in one project.

    capacity_kw and station_load_kw are exact. period: the intervals that belong to the project.
    line: its line in the file, from 1. service_point: number of its service point; None: it has its
    own point, with the meter's number.
    """

    meter_number: str
    capacity_kw: Decimal
    integration: Integration = Integration.STEP
    hold_limit_seconds: int = 120
    station_load_kw: Decimal | None = None
    period: Period = ALWAYS
    line: int = 0
    service_point: str | None = None

    @property
    def point(self) -> str:
        """Return the number of its service point."""
        return self.service_point or self.meter_number


@dataclass(frozen=True, slots=True)
class DeclaredProject:
    """A project with all its meters as a file declares it.

    contracts: present and former ones; if empty, it has one with the project's terms. supply_mix:
    of the project's energy.
    """

    project: Project
    meters: tuple[DeclaredMeter, ...] = ()
    line: int = 0
    contracts: tuple[ServiceContract, ...] = ()
    supply_mix: tuple[SupplyPart, ...] = ()

    @property
    def name(self) -> str:
        """Return the project's id."""
        return self.project.cds_productionproject_id


#: The places where the file declares a meter, in the order of the file.
Places: TypeAlias = list[tuple[Project, DeclaredMeter]]


def places(declared: Sequence[DeclaredProject]) -> dict[str, Places]:
    """Return where each meter is declared, by number."""
    found: dict[str, Places] = {}
    for each in declared:
        for meter in each.meters:
            found.setdefault(meter.meter_number, []).append((each.project, meter))
    return found


def newest(declared: Sequence[DeclaredProject]) -> Places:
    """Return each meter once, with its newest project, whose rules the streams follow."""
    return [
        max(of_meter, key=lambda place: place[1].period.bounds)
        for of_meter in places(declared).values()
    ]


@dataclass(frozen=True, slots=True)
class StoredMeter:
    """A meter as it is stored, with the projects of its intervals, at least one."""

    declared: DeclaredMeter
    memberships: Memberships

    @property
    def project(self) -> str:
        """Return the id of its newest project."""
        return self.memberships[-1].project


@dataclass(frozen=True, slots=True)
class Stored:
    """All stored projects by id and all stored meters by number."""

    projects: Mapping[str, Project]
    meters: Mapping[str, StoredMeter]


def memberships_after(
    declared: Sequence[DeclaredProject], stored: Stored
) -> dict[str, Memberships]:
    """Return the memberships of each declared meter after the declaration is applied.

    These are the ones that the file declares, and the stored ones of projects that it does not
    declare.
    """
    projects = {each.name for each in declared}
    after: dict[str, Memberships] = {}
    for number, found in places(declared).items():
        here = [
            Membership(project.cds_productionproject_id, meter.period) for project, meter in found
        ]
        meter = stored.meters.get(number)
        kept = [each for each in meter.memberships if each.project not in projects] if meter else []
        after[number] = in_order([*here, *kept])
    return after


class Action(StrEnum):
    """The effect of applying a declaration on one object."""

    ADD = "add"
    CHANGE = "change"
    KEEP = "keep"
    UNDECLARED = "undeclared"
    REFUSE = "refuse"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Difference:
    """One object: what happens to it and why.

    kind: "project", "meter" or a kind of customer data. name: its id or number. changes: (field,
    stored, declared). reason: set if the action is REFUSE or UNDECLARED; says what to do. line: 0
    if the file does not declare the object.
    """

    action: Action
    kind: str
    name: str
    line: int = 0
    changes: Changes = ()
    reason: str | None = None

    @property
    def what(self) -> str:
        """Return the kind in words."""
        return self.kind.replace("_", " ")
