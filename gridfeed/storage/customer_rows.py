"""Converts rows of the customer data tables to objects, and back."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import asyncpg

from gridfeed.domain.calendar.period import Period
from gridfeed.domain.declaration.customer_data import (
    Account,
    Aggregation,
    Certificate,
    CertificateFormat,
    CustomerObject,
    Installation,
    Installations,
    ServiceContract,
    ServicePoint,
    SupplyPart,
)


def account_of(row: asyncpg.Record) -> Account:
    """Return the account of a row of `stored_accounts`."""
    return Account(
        tenant=row["tenant"],
        name=row["cds_account_id"],
        account_number=row["account_number"],
        account_name=row["account_name"],
        customer_number=row["customer_number"],
        account_address=row["account_address"],
        account_types=tuple(row["account_types"]),
        account_status=row["account_status"],
        account_entity=_read(row["account_entity"]),
        account_contacts=tuple(_read(row["account_contacts"])),
    )


def contract_of(row: asyncpg.Record) -> ServiceContract:
    """Return the contract of a row of `stored_contracts`."""
    return ServiceContract(
        tenant=row["tenant"],
        name=row["cds_servicecontract_id"],
        project=row["cds_productionproject_id"],
        contract_number=row["contract_number"],
        contract_address=row["contract_address"],
        contract_types=tuple(row["contract_types"]),
        contract_entity=_read(row["contract_entity"]),
        contract_status=row["contract_status"],
        contract_start=row["contract_start"],
        contract_end=row["contract_end"],
        period=Period(row["starts_at"], row["ends_at"]),
        service_types=tuple(row["service_types"]),
    )


def point_of(row: asyncpg.Record) -> ServicePoint:
    """Return the service point of a row of `stored_points`."""
    return ServicePoint(
        tenant=row["tenant"],
        name=row["servicepoint_number"],
        servicepoint_types=tuple(row["servicepoint_types"]),
        servicepoint_address=row["servicepoint_address"],
        latitude=row["latitude"],
        longitude=row["longitude"],
        premises=tuple(_read(row["premises"])),
    )


def aggregation_of(row: asyncpg.Record) -> Aggregation:
    """Return the aggregation of a row of `stored_aggregations`."""
    return Aggregation(
        tenant=row["tenant"],
        name=row["cds_aggregation_id"],
        aggregation_number=row["aggregation_number"],
        aggregation_types=tuple(row["aggregation_types"]),
        account=row["account"],
        contracts=tuple(row["contracts"] or ()),
        points=tuple(row["points"] or ()),
        meters=tuple(row["meters"] or ()),
        aggregations=tuple(row["aggregations"] or ()),
        countries=_some(row["countries"]),
        provinces=_some(row["provinces"]),
        municipalities=_some(row["municipalities"]),
        grouped_addresses=tuple(row["grouped_addresses"]),
        grouped_regions=tuple(_read(row["grouped_regions"])),
    )


def format_of(row: asyncpg.Record) -> CertificateFormat:
    """Return the format of a row of `stored_formats`."""
    return CertificateFormat(
        tenant=row["tenant"],
        name=row["eac_format"],
        title=row["name"],
        description=row["description"],
        documentation=row["documentation"],
    )


def certificate_of(row: asyncpg.Record) -> Certificate:
    """Return the certificate of a row of `stored_certificates`."""
    return Certificate(
        tenant=row["tenant"],
        name=row["cds_eac_id"],
        eac_format=row["eac_format"],
        eac_data_url=row["eac_data_url"],
        period=Period(row["period_start"], row["period_end"]),
        projects=tuple(row["projects"]),
        beneficiary_type=row["beneficiary_type"],
        contracts=tuple(row["contracts"]),
        eac_numbers=tuple(row["eac_numbers"]),
    )


def installations_of(rows: Iterable[asyncpg.Record]) -> dict[str, Installations]:
    """Return where each meter is; the rows are ordered by start."""
    found: dict[str, list[Installation]] = {}
    for row in rows:
        period = Period(row["starts_at"], row["ends_at"])
        installation = Installation(row["servicepoint_number"], period)
        found.setdefault(row["meter_number"], []).append(installation)
    return {number: tuple(of_meter) for number, of_meter in found.items()}


def mixes_of(rows: Iterable[asyncpg.Record]) -> dict[str, tuple[SupplyPart, ...]]:
    """Return the supply mix of each project; the rows are in order."""
    found: dict[str, list[SupplyPart]] = {}
    for row in rows:
        part = SupplyPart(
            row["supply_type"],
            row["ratio"],
            row["attribution"],
            row["carbon_intensity"],
            Period(row["starts_at"], row["ends_at"]),
        )
        found.setdefault(row["cds_productionproject_id"], []).append(part)
    return {project: tuple(parts) for project, parts in found.items()}


def account_values(each: Account, modified: bool) -> dict[str, object]:
    """Return the arguments of `put_account`."""
    return {
        "cds_account_id": each.name,
        "tenant": each.tenant,
        "customer_number": each.customer_number,
        "account_number": each.account_number,
        "account_name": each.account_name,
        "account_address": each.account_address,
        "account_types": each.account_types,
        "account_status": each.account_status,
        "account_entity": None if each.account_entity is None else json.dumps(each.account_entity),
        "account_contacts": json.dumps(each.account_contacts),
        "modified": modified,
    }


def contract_values(each: ServiceContract, modified: bool) -> dict[str, object]:
    """Return the arguments of `put_contract`."""
    entity = each.contract_entity
    return {
        "cds_servicecontract_id": each.name,
        "tenant": each.tenant,
        "cds_productionproject_id": each.project,
        "contract_number": each.contract_number,
        "contract_address": each.contract_address,
        "contract_types": each.contract_types,
        "contract_entity": None if entity is None else json.dumps(entity),
        "contract_status": each.contract_status,
        "contract_start": each.contract_start,
        "contract_end": each.contract_end,
        "starts_at": each.period.starts_at,
        "ends_at": each.period.ends_at,
        "service_types": each.service_types,
        "modified": modified,
    }


def point_values(each: ServicePoint, modified: bool) -> dict[str, object]:
    """Return the arguments of `put_point`."""
    return {
        "servicepoint_number": each.name,
        "tenant": each.tenant,
        "servicepoint_types": each.servicepoint_types,
        "servicepoint_address": each.servicepoint_address,
        "latitude": each.latitude,
        "longitude": each.longitude,
        "premises": json.dumps(each.premises),
        "modified": modified,
    }


def aggregation_values(each: Aggregation, modified: bool) -> dict[str, object]:
    """Return the arguments of `put_aggregation`."""
    return {
        "cds_aggregation_id": each.name,
        "tenant": each.tenant,
        "aggregation_number": each.aggregation_number,
        "aggregation_types": each.aggregation_types,
        "countries": each.countries,
        "provinces": each.provinces,
        "municipalities": each.municipalities,
        "grouped_addresses": each.grouped_addresses,
        "grouped_regions": json.dumps(each.grouped_regions),
        "modified": modified,
    }


def format_values(each: CertificateFormat, _modified: bool) -> dict[str, object]:
    """Return the arguments of `put_format`."""
    return {
        "eac_format": each.name,
        "tenant": each.tenant,
        "name": each.title,
        "description": each.description,
        "documentation": each.documentation,
    }


def certificate_values(each: Certificate, modified: bool) -> dict[str, object]:
    """Return the arguments of `put_certificate`."""
    return {
        "cds_eac_id": each.name,
        "tenant": each.tenant,
        "eac_format": each.eac_format,
        "eac_data_url": each.eac_data_url,
        "period_start": each.period.starts_at,
        "period_end": each.period.ends_at,
        "beneficiary_type": each.beneficiary_type,
        "eac_numbers": each.eac_numbers,
        "modified": modified,
    }


#: For each kind, the statement that writes an object, and its arguments.
PUT: Mapping[str, tuple[str, Callable[[Any, bool], dict[str, object]]]] = {
    Account.kind: ("put_account", account_values),
    ServiceContract.kind: ("put_contract", contract_values),
    ServicePoint.kind: ("put_point", point_values),
    Aggregation.kind: ("put_aggregation", aggregation_values),
    CertificateFormat.kind: ("put_format", format_values),
    Certificate.kind: ("put_certificate", certificate_values),
}
#: The statements that read all objects of a kind, and the function that converts a row.
READ: tuple[tuple[str, Callable[[asyncpg.Record], CustomerObject]], ...] = (
    ("stored_accounts", account_of),
    ("stored_contracts", contract_of),
    ("stored_points", point_of),
    ("stored_aggregations", aggregation_of),
    ("stored_formats", format_of),
    ("stored_certificates", certificate_of),
)


def _some(names: list[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(names)


def _read(published: str | None) -> Any:
    return None if published is None else json.loads(published)
