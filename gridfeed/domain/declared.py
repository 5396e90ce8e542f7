"""What an operator declares, compared with what is stored: decided here, written elsewhere."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from gridfeed.domain.catalogue import Project
from gridfeed.domain.words import Integration

#: Fields that differ: name, stored value, declared value.
Changes: TypeAlias = tuple[tuple[str, object, object], ...]


@dataclass(frozen=True, slots=True)
class DeclaredMeter:
    """A meter as a file declares it. capacity_kw is exact; line is where it stands, from 1."""

    meter_number: str
    capacity_kw: Decimal
    integration: Integration = Integration.STEP
    hold_limit_seconds: int = 120
    line: int = 0


@dataclass(frozen=True, slots=True)
class DeclaredProject:
    """A project with all its meters as a file declares it."""

    project: Project
    meters: tuple[DeclaredMeter, ...] = ()
    line: int = 0

    @property
    def name(self) -> str:
        """Return the project's id."""
        return self.project.cds_productionproject_id


@dataclass(frozen=True, slots=True)
class StoredMeter:
    """A meter as the database has it, with the id of its project."""

    declared: DeclaredMeter
    project: str


@dataclass(frozen=True, slots=True)
class Stored:
    """All stored projects by id and all stored meters by number."""

    projects: Mapping[str, Project]
    meters: Mapping[str, StoredMeter]

    def by_project(self) -> dict[str, set[str]]:
        """Return the numbers of each project's meters."""
        numbers: dict[str, set[str]] = {name: set() for name in self.projects}
        for number, meter in self.meters.items():
            numbers[meter.project].add(number)
        return numbers


class Action(StrEnum):
    """What applying a declaration does to one project or meter."""

    ADD = "add"
    CHANGE = "change"
    KEEP = "keep"
    UNDECLARED = "undeclared"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Difference:
    """One project or meter: what happens to it and why.

    kind is "project" or "meter", name its id or number. changes holds (field, stored, declared).
    reason is set when the action is REFUSE or UNDECLARED and says what to do. line is 0 for what
    the file does not declare.
    """

    action: Action
    kind: str
    name: str
    line: int = 0
    changes: Changes = ()
    reason: str | None = None


def regridded(declared: Sequence[DeclaredProject], stored: Stored) -> set[str]:
    """Return the stored meters whose intervals would lie elsewhere than now."""
    by_project = stored.by_project()
    numbers: set[str] = set()
    for each in declared:
        old = stored.projects.get(each.name)
        if old and _grid(old) != _grid(each.project):
            numbers |= by_project[each.name]
        for meter in each.meters:
            home = stored.meters.get(meter.meter_number)
            if home and _grid(stored.projects[home.project]) != _grid(each.project):
                numbers.add(meter.meter_number)
    return numbers


def differences(
    declared: Sequence[DeclaredProject], stored: Stored, with_values: Collection[str]
) -> list[Difference]:
    """Compare a declaration with the store, in the order of the file.

    with_values: those of `regridded` for which samples or interval values are stored. Every
    declared project and meter appears once, unchanged ones as KEEP; a second declaration of one is
    refused. A stored meter of a declared project that the file does not mention follows as
    UNDECLARED.
    """
    ground = _Ground(
        stored,
        stored.by_project(),
        frozenset(with_values),
        frozenset(each.name for each in declared),
        frozenset(meter.meter_number for each in declared for meter in each.meters),
    )
    found = [*doubled(declared)]
    for each in declared:
        found.append(_project(each, ground))
        found += _meters(each, ground)
    return [*found, *_undeclared(declared, ground)]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What every comparison needs; projects and meters are the declared names."""

    stored: Stored
    by_project: Mapping[str, set[str]]
    with_values: frozenset[str]
    projects: frozenset[str]
    meters: frozenset[str]


def _grid(project: Project) -> tuple[str, int, int]:
    return project.timezone, project.interval_seconds, project.interval_anchor_seconds


def doubled(declared: Sequence[DeclaredProject]) -> Iterator[Difference]:
    """Return a refusal for each project or meter that is declared a second time."""
    first: dict[tuple[str, str], int] = {}
    for each in declared:
        named = [("project", each.name, each.line)]
        named += [("meter", meter.meter_number, meter.line) for meter in each.meters]
        for kind, name, line in named:
            if (kind, name) in first:
                reason = f"is declared on line {first[kind, name]} already; keep one of the two"
                yield Difference(Action.REFUSE, kind, name, line, reason=reason)
            first.setdefault((kind, name), line)


def _project(each: DeclaredProject, ground: _Ground) -> Difference:
    old = ground.stored.projects.get(each.name)
    if old is None:
        return Difference(Action.ADD, "project", each.name, each.line)
    changes = _changes(old, each.project)
    reason = _project_refusal(old, each, ground.by_project[each.name] & ground.with_values)
    if reason:
        return Difference(Action.REFUSE, "project", each.name, each.line, changes, reason)
    changes += _meter_list(each, ground)
    action = Action.CHANGE if changes else Action.KEEP
    return Difference(action, "project", each.name, each.line, changes)


def _project_refusal(old: Project, each: DeclaredProject, held: set[str]) -> str | None:
    new = each.project
    if old.tenant != new.tenant:
        return (
            f"belongs to tenant {old.tenant}; ids are unique across tenants:"
            f" choose another id, or declare it under tenant {old.tenant}"
        )
    if held and _grid(old) != _grid(new):
        return (
            f"has stored values in intervals of {old.interval_seconds} s in {old.timezone}"
            f" (meters {', '.join(sorted(held)[:5])}), which {new.interval_seconds} s in"
            f" {new.timezone} would redraw: keep both fields, or declare a new project with"
            " meters of new numbers"
        )
    return None


def _meter_list(each: DeclaredProject, ground: _Ground) -> Changes:
    """Return meters that join or leave: the list of meters is a field of the project."""
    before = ground.by_project[each.name]
    here = {meter.meter_number for meter in each.meters}
    joining = tuple(("meters", None, number) for number in sorted(here - before))
    leaving = tuple(("meters", number, None) for number in sorted((before & ground.meters) - here))
    return joining + leaving


def _meters(each: DeclaredProject, ground: _Ground) -> Iterator[Difference]:
    for meter in each.meters:
        number = meter.meter_number
        old = ground.stored.meters.get(number)
        if old is None:
            yield Difference(Action.ADD, "meter", number, meter.line)
            continue
        changes, reason = _changes(old.declared, meter), None
        if old.project != each.name:
            changes = (("project", old.project, each.name), *changes)
            reason = _move_refusal(number, old.project, each.name, ground)
        action = Action.REFUSE if reason else Action.CHANGE if changes else Action.KEEP
        yield Difference(action, "meter", number, meter.line, changes, reason)


def _move_refusal(number: str, old: str, new: str, ground: _Ground) -> str | None:
    if old not in ground.projects:
        return (
            f"belongs to project {old}, which this file does not declare;"
            " declare both projects in one file to move it"
        )
    if number in ground.with_values:
        return (
            f"has stored values in the intervals of project {old}, which those of {new} would"
            " redraw; keep it there, or declare a meter with a new number"
        )
    return None


def _undeclared(declared: Sequence[DeclaredProject], ground: _Ground) -> Iterator[Difference]:
    for each in declared:
        for number in sorted(ground.by_project.get(each.name, set()) - ground.meters):
            reason = f"of project {each.name} is not in the file; it is kept and still published"
            yield Difference(Action.UNDECLARED, "meter", number, reason=reason)


def _changes(old: Project | DeclaredMeter, new: Project | DeclaredMeter) -> Changes:
    pairs = (
        (field.name, getattr(old, field.name), getattr(new, field.name)) for field in fields(old)
    )
    return tuple((name, was, now) for name, was, now in pairs if was != now and name != "line")
