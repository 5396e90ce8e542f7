"""Compares a declaration with the stored data; other modules write the differences."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from zoneinfo import ZoneInfo

from gridfeed.domain.calendar.period import Period
from gridfeed.domain.declaration.catalogue import Project
from gridfeed.domain.declaration.contract import spelled_share
from gridfeed.domain.declaration.contradictions import METER_FIELDS, contradictions, grid
from gridfeed.domain.declaration.declared import (
    Action,
    Changes,
    DeclaredProject,
    Difference,
    Stored,
    memberships_after,
    places,
)
from gridfeed.domain.declaration.membership import Memberships, spelled
from gridfeed.domain.declaration.moves import Ground, meter_refusal


def regridded(declared: Sequence[DeclaredProject], stored: Stored) -> set[str]:
    """Return the stored meters whose intervals would have other bounds than now."""
    before = {number: meter.memberships for number, meter in stored.meters.items()}
    by_project = _rosters(before)
    numbers: set[str] = set()
    for each in declared:
        old = stored.projects.get(each.name)
        if old and grid(old) != grid(each.project):
            numbers |= {number for number, _ in by_project[each.name]}
        for meter in each.meters:
            home = stored.meters.get(meter.meter_number)
            if home and grid(stored.projects[home.project]) != grid(each.project):
                numbers.add(meter.meter_number)
    return numbers


def differences(
    declared: Sequence[DeclaredProject], stored: Stored, with_values: Collection[str]
) -> list[Difference]:
    """Compare a declaration with the store, in the order of the file.

    with_values: the meters of `regridded` with stored samples or interval values. Returns every
    declared project and meter once, unchanged ones as KEEP; a meter of several projects is returned
    at its first place. Contradictions within the declaration are refused additionally. Stored
    meters of a declared project that the file does not mention follow as UNDECLARED.
    """
    projects = {each.name: each.project for each in declared}
    ground = Ground(
        stored,
        projects,
        {**stored.projects, **projects},
        places(declared),
        memberships_after(declared, stored),
        frozenset(with_values),
    )
    before = {number: meter.memberships for number, meter in stored.meters.items()}
    rosters = _rosters(before), _rosters(ground.after)
    found = [*contradictions(declared)]
    told: set[str] = set()
    for each in declared:
        found.append(_project(each, ground, rosters[0][each.name], rosters[1][each.name]))
        for meter in each.meters:
            if meter.meter_number not in told:
                found.append(_meter(meter.meter_number, ground))
            told.add(meter.meter_number)
    return [*found, *_undeclared(declared, ground, rosters[0])]


_Roster = set[tuple[str, Period]]


def _rosters(memberships: Mapping[str, Memberships]) -> defaultdict[str, _Roster]:
    """Return the meters of each project, with the period of each."""
    found: defaultdict[str, _Roster] = defaultdict(set)
    for number, of_meter in memberships.items():
        for each in of_meter:
            found[each.project].add((number, each.period))
    return found


def _project(each: DeclaredProject, ground: Ground, before: _Roster, after: _Roster) -> Difference:
    old = ground.stored.projects.get(each.name)
    if old is None:
        return Difference(action=Action.ADD, kind="project", name=each.name, line=each.line)
    changes = _project_changes(old, each.project)
    held = {number for number, _ in before} & ground.with_values
    if reason := _project_refusal(old, each.project, held):
        return Difference(
            action=Action.REFUSE,
            kind="project",
            name=each.name,
            line=each.line,
            changes=changes,
            reason=reason,
        )
    # The list of meters is a field of the project; meters that the file does not mention stay.
    leaving = {entry for entry in before - after if entry[0] in ground.places}
    zone = ZoneInfo(each.project.timezone)
    changes += tuple(("meters", None, _entry(entry, zone)) for entry in _sorted(after - before))
    changes += tuple(("meters", _entry(entry, zone), None) for entry in _sorted(leaving))
    action = Action.CHANGE if changes else Action.KEEP
    return Difference(
        action=action, kind="project", name=each.name, line=each.line, changes=changes
    )


def _sorted(roster: _Roster) -> list[tuple[str, Period]]:
    return sorted(roster, key=lambda entry: (entry[0], entry[1].bounds))


def _entry(entry: tuple[str, Period], zone: ZoneInfo) -> str:
    number, period = entry
    return " ".join(filter(None, (number, period.spelled(zone))))


def _project_refusal(old: Project, new: Project, held: set[str]) -> str | None:
    if old.tenant != new.tenant:
        return (
            f"belongs to tenant {old.tenant}; ids are unique across tenants:"
            f" choose another id, or declare it under tenant {old.tenant}"
        )
    if held and grid(old) != grid(new):
        return (
            f"has stored values in intervals of {old.interval_seconds} s in {old.timezone}"
            f" (meters {', '.join(sorted(held)[:5])}), which do not fit {new.interval_seconds} s in"
            f" {new.timezone}: keep timezone and interval_seconds, or declare a new project whose"
            " meters have new numbers"
        )
    return None


def _project_changes(old: Project, new: Project) -> Changes:
    pairs = ((each.name, getattr(old, each.name), getattr(new, each.name)) for each in fields(old))
    return tuple(
        (name, _told(name, old), _told(name, new)) for name, was, now in pairs if was != now
    )


def _told(name: str, project: Project) -> object:
    """Return a field's value in the form for display."""
    if name == "settlement_runs":
        runs = (f"{run.code} {run.settlement_version}" for run in project.settlement_runs)
        return ", ".join(runs) or None
    if name == "shares":
        zone = ZoneInfo(project.timezone)
        shares = (
            f"{spelled_share(each.share)} {Period(each.starts_at, each.ends_at).spelled(zone)}"
            for each in project.shares
        )
        return ", ".join(share.strip() for share in shares) or None
    value: object = getattr(project, name)
    return value


def _meter(number: str, ground: Ground) -> Difference:
    _, meter = ground.places[number][0]
    old = ground.stored.meters.get(number)
    if old is None:
        return Difference(action=Action.ADD, kind="meter", name=number, line=meter.line)
    pairs = ((name, getattr(old.declared, name), getattr(meter, name)) for name in METER_FIELDS)
    changes: Changes = tuple(pair for pair in pairs if pair[1] != pair[2])
    after = ground.after[number]
    if old.memberships != after:
        was = spelled(old.memberships, ground.stored.projects)
        changes = (("project", was, spelled(after, ground.projects)), *changes)
    reason = meter_refusal(number, old, ground)
    action = Action.REFUSE if reason else Action.CHANGE if changes else Action.KEEP
    return Difference(
        action=action, kind="meter", name=number, line=meter.line, changes=changes, reason=reason
    )


def _undeclared(
    declared: Sequence[DeclaredProject], ground: Ground, before: Mapping[str, _Roster]
) -> Iterator[Difference]:
    for each in declared:
        numbers = {number for number, _ in before.get(each.name, ())} - ground.places.keys()
        for number in sorted(numbers):
            reason = f"of project {each.name} is not in the file; it is kept and still published"
            yield Difference(action=Action.UNDECLARED, kind="meter", name=number, reason=reason)
