"""Compares declared customer data with stored data; other modules write the differences."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from decimal import Decimal

from gridfeed.domain.calendar.instants import rfc3339
from gridfeed.domain.calendar.period import Period
from gridfeed.domain.declaration.customer_data import (
    CustomerObject,
    Installations,
    ObjectKey,
    ServiceContract,
    ServicePoint,
    SupplyPart,
    key_of,
)
from gridfeed.domain.declaration.customer_refusals import refusal
from gridfeed.domain.declaration.customer_relations import Relations, relations
from gridfeed.domain.declaration.customer_target import CustomerTarget, Declaration, StoredCustomer
from gridfeed.domain.declaration.declared import Action, Changes, Difference, Stored


def customer_differences(
    declaration: Declaration, goal: CustomerTarget, stored: Stored, found: StoredCustomer
) -> list[Difference]:
    """Compare customer data with the store.

    Returns every object of the target once, in order, unchanged ones as KEEP; then service points
    of which only the served contracts change; then objects that the file no longer declares: as
    REMOVE if `remove`, else as UNDECLARED.
    """
    before, after = _relations(declaration, goal, stored, found)
    told = [_difference(each, goal, found, before, after) for each in goal.objects.values()]
    return [*told, *_bystanders(goal, found, before, after), *_undeclared(goal)]


def with_relations(
    planned: Iterable[Difference],
    declaration: Declaration,
    goal: CustomerTarget,
    stored: Stored,
    found: StoredCustomer,
) -> list[Difference]:
    """Return the differences of projects and meters, including points, contracts and supply mix."""
    before, after = _relations(declaration, goal, stored, found)
    declared = {each.name for each in declaration.projects}
    return [
        _further(each, _project_changes(each.name, goal, found, before, after))
        if each.kind == "project" and each.name in declared
        else _further(each, _installation_changes(each.name, goal, found))
        if each.kind == "meter"
        else each
        for each in planned
    ]


def _further(planned: Difference, changes: Changes) -> Difference:
    if not changes or planned.action not in (Action.KEEP, Action.CHANGE):
        return planned
    return replace(planned, action=Action.CHANGE, changes=(*planned.changes, *changes))


def _project_changes(
    name: str,
    goal: CustomerTarget,
    found: StoredCustomer,
    before: Relations,
    after: Relations,
) -> Changes:
    nothing: frozenset[str] = frozenset()
    pairs = (
        ("service_contracts", before.contracts, after.contracts),
        ("service_points", before.points, after.points),
    )
    sets = ((field, was.get(name, nothing), now.get(name, nothing)) for field, was, now in pairs)
    changes = tuple((field, _told(was), _told(now)) for field, was, now in sets if was != now)
    had, has = found.mixes.get(name, ()), goal.mixes.get(name, ())
    return changes if had == has else (*changes, ("supply_mix", _mix(had), _mix(has)))


def _installation_changes(number: str, goal: CustomerTarget, found: StoredCustomer) -> Changes:
    was, now = found.installed.get(number, ()), goal.installed.get(number, ())
    if number not in goal.installed or was == now:
        return ()
    return (("service_point", _installations(was), _installations(now)),)


def _relations(
    declaration: Declaration, goal: CustomerTarget, stored: Stored, found: StoredCustomer
) -> tuple[Relations, Relations]:
    memberships = {number: meter.memberships for number, meter in stored.meters.items()}
    gone = {key_of(each) for each in goal.gone}
    kept = {key: each for key, each in found.objects.items() if key not in gone}
    return (
        relations(memberships, found.installed, _contracts(found.objects)),
        relations(
            {**memberships, **declaration.after},
            {**found.installed, **goal.installed},
            _contracts({**kept, **goal.objects}),
        ),
    )


def _contracts(objects: Mapping[ObjectKey, CustomerObject]) -> Iterator[ServiceContract]:
    return (each for each in objects.values() if isinstance(each, ServiceContract))


def _difference(
    each: CustomerObject,
    goal: CustomerTarget,
    found: StoredCustomer,
    before: Relations,
    after: Relations,
) -> Difference:
    old = found.objects.get(key_of(each))
    changes = _changes(old, each) if old else ()
    if reason := refusal(each, old, goal, found):
        return Difference(
            action=Action.REFUSE,
            kind=each.kind,
            name=each.name,
            line=each.line,
            changes=changes,
            reason=reason,
        )
    if old is None:
        return Difference(action=Action.ADD, kind=each.kind, name=each.name, line=each.line)
    if isinstance(each, ServicePoint):
        changes += _served_changes(each.name, before, after)
    action = Action.CHANGE if changes else Action.KEEP
    return Difference(
        action=action, kind=each.kind, name=each.name, line=each.line, changes=changes
    )


def _bystanders(
    goal: CustomerTarget, found: StoredCustomer, before: Relations, after: Relations
) -> Iterator[Difference]:
    """Yield points of other files whose contracts change because a meter came or went."""
    gone = {key_of(each) for each in goal.gone}
    for key, each in found.objects.items():
        if not isinstance(each, ServicePoint) or key in goal.objects or key in gone:
            continue
        if changes := _served_changes(each.name, before, after):
            yield Difference(
                action=Action.CHANGE, kind=each.kind, name=each.name, line=0, changes=changes
            )


def _undeclared(goal: CustomerTarget) -> Iterator[Difference]:
    for each in goal.gone:
        yield Difference(action=Action.REMOVE, kind=each.kind, name=each.name)
    for each in goal.left:
        missing = "has no meter" if isinstance(each, ServicePoint) else "is not in the file"
        reason = f"of tenant {each.tenant} {missing}; it is kept, --remove removes it"
        yield Difference(action=Action.UNDECLARED, kind=each.kind, name=each.name, reason=reason)
    for each in goal.undescribed:
        reason = "is not described in the file; it is kept as it is, --remove resets it"
        yield Difference(action=Action.UNDECLARED, kind=each.kind, name=each.name, reason=reason)


def _served_changes(point: str, before: Relations, after: Relations) -> Changes:
    was, now = before.served.get(point, {}), after.served.get(point, {})
    if was == now:
        return ()
    names = _told(sorted(was)), _told(sorted(now))
    if names[0] != names[1]:
        return (("service_contracts", *names),)
    changed = sorted(name for name in was if was[name] != now[name])
    return tuple((name, _service(*was[name]), _service(*now[name])) for name in changed)


def _service(status: str | None, periods: Iterable[Period]) -> str:
    return " ".join(filter(None, (status, _times(periods))))


def _changes(old: CustomerObject, new: CustomerObject) -> Changes:
    names = [each.name for each in fields(new) if each.compare]
    changed = {
        name: (getattr(old, name), getattr(new, name))
        for name in names
        if getattr(old, name) != getattr(new, name)
    }
    if {"contract_start", "contract_end"} & changed.keys():
        changed.pop("period", None)
    return tuple((name, _told(was), _told(now)) for name, (was, now) in changed.items())


def _told(value: object) -> object:
    """Return a value in the form for display."""
    if isinstance(value, Period):
        return _times((value,))
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Sequence | frozenset) and not isinstance(value, str):
        words = sorted(value) if isinstance(value, frozenset) else value
        return ", ".join(str(_told(each)) for each in words) or None
    return value


def _times(periods: Iterable[Period]) -> str:
    return ", ".join(
        " ".join(
            f"{word} {rfc3339(at)}"
            for word, at in (("from", each.starts_at), ("to", each.ends_at))
            if at
        )
        or "always"
        for each in periods
    )


def _installations(installed: Installations) -> str | None:
    words = (f"{each.point} {_times((each.period,))}".removesuffix(" always") for each in installed)
    return ", ".join(words) or None


def _mix(parts: Iterable[SupplyPart]) -> str | None:
    return ", ".join(filter(None, map(_part, parts))) or None


def _part(part: SupplyPart) -> str:
    intensity = _carbon(part.carbon_intensity)
    times = f" {_times((part.period,))}".removesuffix(" always")
    return f"{part.supply_type} {part.ratio} {part.attribution}{intensity}{times}"


def _carbon(intensity: Decimal | None) -> str:
    return "" if intensity is None else f" {intensity} gCO2e/kWh"
