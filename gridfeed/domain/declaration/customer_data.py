"""Who holds, buys and connects measured energy: the customer data objects of CDS-WG3-01.

Every object belongs to a tenant and has a name that is unique across tenants. `line` is the line of
its declaration in a file, from 1, and does not count in comparisons. Values of type `Published`
already have the keys and values of the specification.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import ClassVar, TypeAlias
from zoneinfo import ZoneInfo

from gridfeed.domain.calendar.period import ALWAYS, Period
from gridfeed.domain.declaration.catalogue import Project
from gridfeed.domain.declaration.customer_words import (
    AccountStatus,
    AccountType,
    AggregationType,
    BeneficiaryType,
    ContractStatus,
    ContractType,
    ServicePointType,
    ServiceType,
    SupplyAttribution,
    SupplyType,
    contract_type_of,
)

Published: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The independent power producer, one for each tenant (10.1)."""

    kind: ClassVar[str] = "account"
    tenant: str
    name: str
    account_number: str
    account_name: str
    customer_number: str | None = None
    account_address: str = ""
    account_types: tuple[AccountType, ...] = ("customer",)
    account_status: AccountStatus = "active"
    account_entity: Published | None = None
    account_contacts: tuple[Published, ...] = ()
    line: int = field(default=0, compare=False)


def default_account(tenant: str) -> Account:
    """Return the account of a tenant without a declared account."""
    return Account(tenant=tenant, name=f"ac-{tenant}", account_number=tenant, account_name=tenant)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceContract:
    """An agreement about a project's energy (10.2).

    contract_entity None: the account's holder, as generator. contract_status None: it follows from
    the dates. contract_start, contract_end: local dates of the half-open period.
    """

    kind: ClassVar[str] = "service_contract"
    tenant: str
    name: str
    project: str
    contract_number: str | None = None
    contract_address: str = ""
    contract_types: tuple[ContractType, ...] = ("gridfeed_other",)
    contract_entity: Published | None = None
    contract_status: ContractStatus | None = None
    contract_start: date | None = None
    contract_end: date | None = None
    period: Period = ALWAYS
    service_types: tuple[ServiceType, ...] = ("electric", "metered", "generation")
    line: int = field(default=0, compare=False)


def default_contract(project: Project, line: int = 0) -> ServiceContract:
    """Return the contract of a project for which only the contract's terms are declared."""
    zone = ZoneInfo(project.timezone)
    start, end = project.contract_start, project.contract_end
    return ServiceContract(
        tenant=project.tenant,
        name=f"sc-{project.cds_productionproject_id}",
        project=project.cds_productionproject_id,
        contract_types=(contract_type_of(project.contract_type),),
        contract_start=start.astimezone(zone).date() if start else None,
        contract_end=end.astimezone(zone).date() if end else None,
        period=Period(start, end),
        line=line,
    )


def holder(account: Account) -> Published:
    """Return the account's holder as the generator in an agreement."""
    return {
        "id": account.name,
        "types": ["generator"],
        "entity_number": account.name,
        "entity_name": account.account_name,
        "entity_abbreviation": None,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePoint:
    """Where meters connect to the grid (10.3). name: its number. Degrees: both or neither."""

    kind: ClassVar[str] = "service_point"
    tenant: str
    name: str
    servicepoint_types: tuple[ServicePointType, ...] = ("electric", "physical", "edge")
    servicepoint_address: str | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    premises: tuple[Published, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Installation:
    """The period in which a meter is at the point of this number."""

    point: str
    period: Period = ALWAYS


#: The installations of one meter, by start, without overlap; adjoining ones are at different
#: points.
Installations: TypeAlias = tuple[Installation, ...]


def installations(found: Iterable[Installation]) -> Installations:
    """Return installations by start; joins adjoining ones at the same point."""
    joined: list[Installation] = []
    for each in sorted(found, key=lambda each: each.period.bounds):
        last = joined[-1] if joined else None
        if last and last.point == each.point and last.period.bounds[1] == each.period.bounds[0]:
            whole = Period(last.period.starts_at, each.period.ends_at)
            joined[-1] = Installation(each.point, whole)
        else:
            joined.append(each)
    return tuple(joined)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregation:
    """A list that adds up (10.7). Members by name, meters and points by number, each in order.

    account: the tenant's account is a member. countries, provinces, municipalities: None if
    aggregation_types do not need them.
    """

    kind: ClassVar[str] = "aggregation"
    tenant: str
    name: str
    aggregation_number: str | None = None
    aggregation_types: tuple[AggregationType, ...] = ("confidential",)
    account: bool = False
    contracts: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    meters: tuple[str, ...] = ()
    aggregations: tuple[str, ...] = ()
    countries: tuple[str, ...] | None = None
    provinces: tuple[str, ...] | None = None
    municipalities: tuple[str, ...] | None = None
    grouped_addresses: tuple[str, ...] = ()
    grouped_regions: tuple[Published, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFormat:
    """Describes the data behind certificates: public metadata (`cds_eac_formats`)."""

    kind: ClassVar[str] = "certificate_format"
    tenant: str
    name: str
    title: str
    description: str
    documentation: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """An energy attribute certificate of the energy of projects (10.9).

    contracts: the beneficiaries of type servicecontract; for customers and accounts the beneficiary
    is the tenant's account. projects, contracts: in order.
    """

    kind: ClassVar[str] = "certificate"
    tenant: str
    name: str
    eac_format: str
    eac_data_url: str
    period: Period
    projects: tuple[str, ...]
    beneficiary_type: BeneficiaryType = "servicecontract"
    contracts: tuple[str, ...] = ()
    eac_numbers: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class SupplyPart:
    """A part of the supply mix of a project's energy, for a period.

    ratio: share of the energy, exact. carbon_intensity: gCO2e per kWh.
    """

    supply_type: SupplyType
    ratio: Decimal
    attribution: SupplyAttribution = "individual"
    carbon_intensity: Decimal | None = None
    period: Period = ALWAYS


CustomerObject: TypeAlias = (
    Account | ServiceContract | ServicePoint | Aggregation | CertificateFormat | Certificate
)
#: A kind and a name.
ObjectKey: TypeAlias = tuple[str, str]


def key_of(each: CustomerObject) -> ObjectKey:
    """Return the key of an object."""
    return each.kind, each.name
