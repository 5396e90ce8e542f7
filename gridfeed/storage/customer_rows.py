"""Rows of the customer data tables to objects, and back."""

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
        row["tenant"],
        row["cds_account_id"],
        row["account_number"],
        row["account_name"],
        row["customer_number"],
        row["account_address"],
        tuple(row["account_types"]),
        row["account_status"],
        _read(row["account_entity"]),
        tuple(_read(row["account_contacts"])),
    )


def contract_of(row: asyncpg.Record) -> ServiceContract:
    """Return the contract of a row of `stored_contracts`."""
    return ServiceContract(
        row["tenant"],
        row["cds_servicecontract_id"],
        row["cds_productionproject_id"],
        row["contract_number"],
        row["contract_address"],
        tuple(row["contract_types"]),
        _read(row["contract_entity"]),
        row["contract_status"],
        row["contract_start"],
        row["contract_end"],
        Period(row["starts_at"], row["ends_at"]),
        tuple(row["service_types"]),
    )


def point_of(row: asyncpg.Record) -> ServicePoint:
    """Return the service point of a row of `stored_points`."""
    return ServicePoint(
        row["tenant"],
        row["servicepoint_number"],
        tuple(row["servicepoint_types"]),
        row["servicepoint_address"],
        row["latitude"],
        row["longitude"],
        tuple(_read(row["premises"])),
    )


def aggregation_of(row: asyncpg.Record) -> Aggregation:
    """Return the aggregation of a row of `stored_aggregations`."""
    return Aggregation(
        row["tenant"],
        row["cds_aggregation_id"],
        row["aggregation_number"],
        tuple(row["aggregation_types"]),
        row["account"],
        tuple(row["contracts"] or ()),
        tuple(row["points"] or ()),
        tuple(row["meters"] or ()),
        tuple(row["aggregations"] or ()),
        _some(row["countries"]),
        _some(row["provinces"]),
        _some(row["municipalities"]),
        tuple(row["grouped_addresses"]),
        tuple(_read(row["grouped_regions"])),
    )


def format_of(row: asyncpg.Record) -> CertificateFormat:
    """Return the format of a row of `stored_formats`."""
    return CertificateFormat(
        row["tenant"], row["eac_format"], row["name"], row["description"], row["documentation"]
    )


def certificate_of(row: asyncpg.Record) -> Certificate:
    """Return the certificate of a row of `stored_certificates`."""
    return Certificate(
        row["tenant"],
        row["cds_eac_id"],
        row["eac_format"],
        row["eac_data_url"],
        Period(row["period_start"], row["period_end"]),
        tuple(row["projects"]),
        row["beneficiary_type"],
        tuple(row["contracts"]),
        tuple(row["eac_numbers"]),
    )


def installations_of(rows: Iterable[asyncpg.Record]) -> dict[str, Installations]:
    """Return where each meter is from rows by start."""
    found: dict[str, list[Installation]] = {}
    for row in rows:
        period = Period(row["starts_at"], row["ends_at"])
        installation = Installation(row["servicepoint_number"], period)
        found.setdefault(row["meter_number"], []).append(installation)
    return {number: tuple(of_meter) for number, of_meter in found.items()}


def mixes_of(rows: Iterable[asyncpg.Record]) -> dict[str, tuple[SupplyPart, ...]]:
    """Return the supply mix of each project from rows in order."""
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


def account_values(each: Account, modified: bool) -> tuple[object, ...]:
    """Return the arguments of `put_account`."""
    return (
        each.name,
        each.tenant,
        each.customer_number,
        each.account_number,
        each.account_name,
        each.account_address,
        each.account_types,
        each.account_status,
        None if each.account_entity is None else json.dumps(each.account_entity),
        json.dumps(each.account_contacts),
        modified,
    )


def contract_values(each: ServiceContract, modified: bool) -> tuple[object, ...]:
    """Return the arguments of `put_contract`."""
    return (
        each.name,
        each.tenant,
        each.project,
        each.contract_number,
        each.contract_address,
        each.contract_types,
        None if each.contract_entity is None else json.dumps(each.contract_entity),
        each.contract_status,
        each.contract_start,
        each.contract_end,
        each.period.starts_at,
        each.period.ends_at,
        modified,
        each.service_types,
    )


def point_values(each: ServicePoint, modified: bool) -> tuple[object, ...]:
    """Return the arguments of `put_point`."""
    return (
        each.name,
        each.tenant,
        each.servicepoint_types,
        each.servicepoint_address,
        each.latitude,
        each.longitude,
        json.dumps(each.premises),
        modified,
    )


def aggregation_values(each: Aggregation, modified: bool) -> tuple[object, ...]:
    """Return the arguments of `put_aggregation`."""
    return (
        each.name,
        each.tenant,
        each.aggregation_number,
        each.aggregation_types,
        each.countries,
        each.provinces,
        each.municipalities,
        each.grouped_addresses,
        json.dumps(each.grouped_regions),
        modified,
    )


def format_values(each: CertificateFormat, _modified: bool) -> tuple[object, ...]:
    """Return the arguments of `put_format`."""
    return each.name, each.tenant, each.title, each.description, each.documentation


def certificate_values(each: Certificate, modified: bool) -> tuple[object, ...]:
    """Return the arguments of `put_certificate`."""
    return (
        each.name,
        each.tenant,
        each.eac_format,
        each.eac_data_url,
        each.period.starts_at,
        each.period.ends_at,
        each.beneficiary_type,
        each.eac_numbers,
        modified,
    )


#: By kind: the statement that writes one, and its arguments.
PUT: Mapping[str, tuple[str, Callable[[Any, bool], tuple[object, ...]]]] = {
    Account.kind: ("put_account", account_values),
    ServiceContract.kind: ("put_contract", contract_values),
    ServicePoint.kind: ("put_point", point_values),
    Aggregation.kind: ("put_aggregation", aggregation_values),
    CertificateFormat.kind: ("put_format", format_values),
    Certificate.kind: ("put_certificate", certificate_values),
}
#: The statement that reads all of a kind, and what makes an object of a row.
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
