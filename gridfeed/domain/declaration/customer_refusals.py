"""Says why a declared object may not be stored, and what to do instead."""

from collections.abc import Mapping, Sequence

from gridfeed.domain.declaration.customer_data import (
    Account,
    Aggregation,
    Certificate,
    CustomerObject,
    ObjectKey,
    ServiceContract,
    ServicePoint,
    key_of,
)
from gridfeed.domain.declaration.customer_target import (
    CustomerTarget,
    DeclaredCustomer,
    StoredCustomer,
)
from gridfeed.domain.declaration.declared import Action, DeclaredProject, Difference

#: For each kind of an aggregation's members: the attribute, the key in a file, and the kind.
_MEMBERS = (
    ("contracts", "service_contracts", ServiceContract.kind),
    ("points", "service_points", ServicePoint.kind),
    ("aggregations", "aggregations", Aggregation.kind),
)


def repeated(declared: Sequence[DeclaredProject], customer: DeclaredCustomer) -> list[Difference]:
    """Return a refusal for each object that the same declaration contains already."""
    # A repeated project is reported itself; its contracts are not reported again.
    contracts = [
        contract
        for project in {each.name: each for each in reversed(declared)}.values()
        for contract in project.contracts
    ]
    contracts.sort(key=lambda each: each.line)
    found: list[Difference] = []
    first: dict[ObjectKey, int] = {}
    objects: tuple[CustomerObject, ...] = (
        *contracts,
        *customer.points,
        *customer.aggregations,
        *customer.formats,
        *customer.certificates,
    )
    for each in objects:
        key = key_of(each)
        if key in first:
            reason = f"is declared on line {first[key]} already; keep one of the two, or rename one"
            found.append(Difference(Action.REFUSE, *key, each.line, reason=reason))
        first.setdefault(key, each.line)
    return [*found, *_undeclared_formats(customer), *_undeclared_projects(declared, customer)]


def _undeclared_formats(customer: DeclaredCustomer) -> list[Difference]:
    known = {each.name for each in customer.formats}
    return [
        _refused(
            each,
            f"has the format {each.eac_format}, which certificate_formats does not declare;"
            f" declare it there{_known(known)}",
        )
        for each in customer.certificates
        if each.eac_format not in known
    ]


def _undeclared_projects(
    declared: Sequence[DeclaredProject], customer: DeclaredCustomer
) -> list[Difference]:
    known = {each.name for each in declared}
    return [
        _refused(
            each,
            f"names project {name}, which this file does not declare{_known(known)}",
        )
        for each in customer.certificates
        for name in each.projects
        if name not in known
    ]


def _refused(each: CustomerObject, reason: str) -> Difference:
    return Difference(
        action=Action.REFUSE, kind=each.kind, name=each.name, line=each.line, reason=reason
    )


def _known(names: set[str]) -> str:
    return f" (it declares {', '.join(sorted(names)[:5])})" if names else ""


def refusal(
    each: CustomerObject,
    old: CustomerObject | None,
    goal: CustomerTarget,
    stored: StoredCustomer,
) -> str | None:
    """Return why an object may not be stored as it is declared, None if it may."""
    if old and old.tenant != each.tenant:
        return (
            f"belongs to tenant {old.tenant}; names are unique across tenants:"
            f" choose another, or declare it under tenant {old.tenant}"
        )
    if isinstance(each, Account):
        return _second_account(each, stored)
    if isinstance(each, ServiceContract) and isinstance(old, ServiceContract):
        return _other_project(each, old)
    if isinstance(each, Aggregation):
        return _unknown_member(each, goal, stored) or _circle(each, goal, stored)
    if isinstance(each, Certificate):
        return _unknown_contract(each, goal, stored)
    return None


def _second_account(each: Account, stored: StoredCustomer) -> str | None:
    kept = stored.account_of(each.tenant)
    if kept is None or kept.name == each.name:
        return None
    return f"cannot replace account {kept.name} of tenant {each.tenant}; write `id: {kept.name}`"


def _other_project(each: ServiceContract, old: ServiceContract) -> str | None:
    if each.project == old.project:
        return None
    return f"is a contract of project {old.project}; give the contract of {each.project} another id"


def _unknown_member(each: Aggregation, goal: CustomerTarget, stored: StoredCustomer) -> str | None:
    for attribute, key, kind in _MEMBERS:
        for name in getattr(each, attribute):
            if _found((kind, name), each.tenant, goal, stored) is None:
                return f"names {name} in {key}, but tenant {each.tenant} has no such object"
    for number in each.meters:
        if not _has_meter(number, each.tenant, goal, stored):
            return f"names {number} in meters, but tenant {each.tenant} has no such meter"
    return None


def _has_meter(number: str, tenant: str, goal: CustomerTarget, stored: StoredCustomer) -> bool:
    """Return whether the tenant has the meter: a meter is always at a point of its tenant."""
    if number in goal.installed:
        return True
    points = (stored.point(installation.point) for installation in stored.installed.get(number, ()))
    return any(point is not None and point.tenant == tenant for point in points)


def _unknown_contract(
    each: Certificate, goal: CustomerTarget, stored: StoredCustomer
) -> str | None:
    for name in each.contracts:
        if _found((ServiceContract.kind, name), each.tenant, goal, stored) is None:
            return f"names contract {name}, but tenant {each.tenant} has no such contract"
    return None


def _found(
    key: ObjectKey, tenant: str, goal: CustomerTarget, stored: StoredCustomer
) -> CustomerObject | None:
    """Return an object of the tenant that is declared, or stored and not to be removed."""
    gone = {key_of(each) for each in goal.gone}
    found = goal.objects.get(key) or (stored.objects.get(key) if key not in gone else None)
    return found if found and found.tenant == tenant else None


def _circle(each: Aggregation, goal: CustomerTarget, stored: StoredCustomer) -> str | None:
    """Return the fault if the aggregation contains itself, at any depth."""
    objects: Mapping[ObjectKey, CustomerObject] = {**stored.objects, **goal.objects}
    seen: set[str] = set()
    ahead = list(each.aggregations)
    while ahead:
        name = ahead.pop()
        if name == each.name:
            return "contains itself through its aggregations; leave one of them out"
        found = objects.get((Aggregation.kind, name))
        if name not in seen and isinstance(found, Aggregation):
            seen.add(name)
            ahead += found.aggregations
    return None
