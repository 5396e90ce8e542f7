"""Computes the customer data that a declaration wants to have, from it and from stored data."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gridfeed.domain.calendar.period import common
from gridfeed.domain.declaration.customer_data import (
    Account,
    Aggregation,
    Certificate,
    CertificateFormat,
    CustomerObject,
    Installation,
    Installations,
    ObjectKey,
    ServiceContract,
    ServicePoint,
    SupplyPart,
    default_account,
    default_contract,
    holder,
    installations,
    key_of,
)
from gridfeed.domain.declaration.declared import DeclaredMeter, DeclaredProject, places
from gridfeed.domain.declaration.membership import Memberships


@dataclass(frozen=True, slots=True)
class DeclaredCustomer:
    """The part of a file beside its projects."""

    account: Account | None = None
    points: tuple[ServicePoint, ...] = ()
    aggregations: tuple[Aggregation, ...] = ()
    formats: tuple[CertificateFormat, ...] = ()
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredCustomer:
    """All stored objects, where each meter is, and each project's supply mix."""

    objects: Mapping[ObjectKey, CustomerObject]
    installed: Mapping[str, Installations]
    mixes: Mapping[str, tuple[SupplyPart, ...]]

    def account_of(self, tenant: str) -> Account | None:
        """Return the account of a tenant, if it is stored."""
        accounts = (each for each in self.objects.values() if isinstance(each, Account))
        return next((each for each in accounts if each.tenant == tenant), None)

    def point(self, number: str) -> ServicePoint | None:
        """Return the service point of a number, if it is stored."""
        found = self.objects.get((ServicePoint.kind, number))
        return found if isinstance(found, ServicePoint) else None


@dataclass(frozen=True, slots=True)
class CustomerTarget:
    """The wanted state. objects: all objects of the file, completed with stored or default ones.

    left: stored objects that the file no longer declares. gone: those to be removed. undescribed:
    members of `objects` that stay as stored, although the file does not describe them.
    """

    objects: Mapping[ObjectKey, CustomerObject]
    installed: Mapping[str, Installations]
    mixes: Mapping[str, tuple[SupplyPart, ...]]
    left: tuple[CustomerObject, ...]
    gone: tuple[CustomerObject, ...]
    undescribed: tuple[CustomerObject, ...]


@dataclass(frozen=True, slots=True)
class Declaration:
    """A declaration. remove: remove undeclared objects. after: all memberships of its meters."""

    projects: Sequence[DeclaredProject]
    customer: DeclaredCustomer
    after: Mapping[str, Memberships]
    remove: bool = False

    @property
    def tenants(self) -> list[str]:
        """Return the tenants of the declaration."""
        customer = self.customer
        more = (customer.points, customer.aggregations, customer.formats, customer.certificates)
        found = [each.project.tenant for each in self.projects]
        found += [customer.account.tenant] if customer.account else []
        return list(dict.fromkeys([*found, *(each.tenant for kind in more for each in kind)]))


def target(declaration: Declaration, stored: StoredCustomer) -> CustomerTarget:
    """Return the wanted state: declared, else kept, else default objects."""
    accounts = {tenant: _account(tenant, declaration, stored) for tenant in declaration.tenants}
    customer = declaration.customer
    found: list[CustomerObject] = [
        *accounts.values(),
        *_contracts(declaration.projects, accounts),
        *_points(declaration, stored),
        *customer.aggregations,
        *customer.formats,
        *customer.certificates,
    ]
    objects = {key_of(each): each for each in found}
    installed = _installed(declaration, stored)
    described = {key_of(each) for each in (customer.account, *customer.points) if each}
    left = tuple(_left(declaration, objects, {**stored.installed, **installed}, stored))
    return CustomerTarget(
        objects=objects,
        installed=installed,
        mixes={each.name: each.supply_mix for each in declaration.projects},
        left=() if declaration.remove else left,
        gone=left if declaration.remove else (),
        undescribed=tuple(each for each in found if _undescribed(each, described, stored)),
    )


def _account(tenant: str, declaration: Declaration, stored: StoredCustomer) -> Account:
    declared, kept = declaration.customer.account, stored.account_of(tenant)
    if declared and declared.tenant == tenant:
        return declared
    if kept and not declaration.remove:
        return kept
    account = default_account(tenant)
    return replace(account, name=kept.name) if kept else account


def _contracts(
    projects: Iterable[DeclaredProject], accounts: Mapping[str, Account]
) -> Iterator[ServiceContract]:
    for each in projects:
        for contract in each.contracts or (default_contract(each.project, each.line),):
            entity = contract.contract_entity or holder(accounts[contract.tenant])
            yield replace(contract, contract_entity=entity)


def _points(declaration: Declaration, stored: StoredCustomer) -> Iterator[ServicePoint]:
    yield from declaration.customer.points
    described = {each.name for each in declaration.customer.points}
    for each in declaration.projects:
        for meter in each.meters:
            if meter.point not in described:
                described.add(meter.point)
                yield _undetailed(meter, each.project.tenant, declaration, stored)


def _undetailed(
    meter: DeclaredMeter, tenant: str, declaration: Declaration, stored: StoredCustomer
) -> ServicePoint:
    kept = stored.point(meter.point)
    if kept and not (declaration.remove and kept.tenant == tenant):
        return replace(kept, tenant=tenant, line=meter.line)
    return ServicePoint(tenant=tenant, name=meter.point, line=meter.line)


def _installed(declaration: Declaration, stored: StoredCustomer) -> dict[str, Installations]:
    """Return where the file's meters are; periods in other projects stay unchanged."""
    projects = {each.name for each in declaration.projects}
    found: dict[str, Installations] = {}
    for number, stands in places(declaration.projects).items():
        installed = [Installation(meter.point, meter.period) for _, meter in stands]
        for membership in declaration.after[number]:
            if membership.project not in projects:
                installed += [
                    Installation(kept.point, common(kept.period, membership.period))
                    for kept in stored.installed.get(number, ())
                    if kept.period.overlaps(membership.period)
                ]
        found[number] = installations(installed)
    return found


def _left(
    declaration: Declaration,
    objects: Mapping[ObjectKey, CustomerObject],
    installed: Mapping[str, Installations],
    stored: StoredCustomer,
) -> Iterator[CustomerObject]:
    projects, tenants = {each.name for each in declaration.projects}, set(declaration.tenants)
    in_use = {each.point for of_meter in installed.values() for each in of_meter}
    for key, each in stored.objects.items():
        if key in objects or each.tenant not in tenants or isinstance(each, Account):
            continue
        if isinstance(each, ServiceContract) and each.project not in projects:
            continue
        if isinstance(each, ServicePoint) and each.name in in_use:
            continue
        yield each


def _undescribed(each: CustomerObject, described: set[ObjectKey], stored: StoredCustomer) -> bool:
    """Return whether a stored, non-default object stays although the file does not describe it."""
    if key_of(each) in described or stored.objects.get(key_of(each)) != each:
        return False
    if isinstance(each, Account):
        return each != replace(default_account(each.tenant), name=each.name)
    return isinstance(each, ServicePoint) and each != ServicePoint(
        tenant=each.tenant, name=each.name
    )
