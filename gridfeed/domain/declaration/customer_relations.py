"""Relates contracts with service points, and projects with the points of their meters."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gridfeed.domain.calendar.period import Period, common, union
from gridfeed.domain.declaration.customer_data import Installation, Installations, ServiceContract
from gridfeed.domain.declaration.membership import Memberships

#: For one point: contract to its declared status and the periods in which the point served it.
Served: TypeAlias = Mapping[str, tuple[str | None, tuple[Period, ...]]]


@dataclass(frozen=True, slots=True)
class Relations:
    """Contracts by service point; service points and contracts by project."""

    served: Mapping[str, Served]
    points: Mapping[str, frozenset[str]]
    contracts: Mapping[str, frozenset[str]]


def relations(
    memberships: Mapping[str, Memberships],
    installed: Mapping[str, Installations],
    contracts: Iterable[ServiceContract],
) -> Relations:
    """Relate meters' projects and points (both by meter number) with the projects' contracts."""
    of_project: defaultdict[str, list[ServiceContract]] = defaultdict(list)
    for contract in contracts:
        of_project[contract.project].append(contract)
    served: defaultdict[str, defaultdict[str, list[Period]]] = defaultdict(
        lambda: defaultdict(list)
    )
    points: defaultdict[str, set[str]] = defaultdict(set)
    status: dict[str, str | None] = {}
    for project, installation in _installed_while_members(memberships, installed):
        points[project].add(installation.point)
        for contract in of_project.get(project, ()):
            status[contract.name] = contract.contract_status
            if contract.period.overlaps(installation.period):
                served[installation.point][contract.name].append(
                    common(contract.period, installation.period)
                )
    return Relations(
        {
            point: {name: (status[name], union(times)) for name, times in of_point.items()}
            for point, of_point in served.items()
        },
        {project: frozenset(found) for project, found in points.items()},
        {project: frozenset(each.name for each in found) for project, found in of_project.items()},
    )


def _installed_while_members(
    memberships: Mapping[str, Memberships], installed: Mapping[str, Installations]
) -> Iterator[tuple[str, Installation]]:
    """Yield the installations of each project's meters while they belong to the project."""
    for number, of_meter in memberships.items():
        for membership in of_meter:
            for installation in installed.get(number, ()):
                if installation.period.overlaps(membership.period):
                    period = common(installation.period, membership.period)
                    yield membership.project, Installation(installation.point, period)
