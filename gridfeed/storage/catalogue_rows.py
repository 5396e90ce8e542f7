"""Converts rows of the catalogue's tables to projects and meters, and back."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

import asyncpg

from gridfeed.domain.calendar.period import Period
from gridfeed.domain.declaration.catalogue import Meter, Project, SettlementRun
from gridfeed.domain.declaration.contract import ContractShare
from gridfeed.domain.declaration.declared import DeclaredMeter, StoredMeter
from gridfeed.domain.declaration.membership import Membership, Memberships
from gridfeed.domain.words import Integration, Technology


def project_of(row: asyncpg.Record) -> Project:
    """Return the project of a row of `catalogue` or `stored_projects`."""
    technology = row["technology"]
    return Project(
        cds_productionproject_id=row["cds_productionproject_id"],
        tenant=row["tenant"],
        name=row["name"],
        timezone=row["timezone"],
        interval_seconds=row["interval_seconds"],
        interval_anchor_seconds=row["interval_anchor_seconds"],
        units=row["units"],
        contract_type=row["contract_type"],
        contract_rule=row["contract_rule"],
        contract_start=row["contract_start"],
        contract_end=row["contract_end"],
        shares=_shares(row),
        settlement_market=row["settlement_market"],
        settlement_runs=_runs(row),
        day_ahead_gate=row["day_ahead_gate"],
        hour_ahead_lead_minutes=row["hour_ahead_lead_minutes"],
        technology=None if technology is None else Technology(technology),
        latitude=row["latitude"],
        longitude=row["longitude"],
    )


def _shares(row: asyncpg.Record) -> tuple[ContractShare, ...]:
    columns = zip(
        row["share_numerators"] or (),
        row["share_denominators"] or (),
        row["share_starts"] or (),
        row["share_ends"] or (),
        strict=True,
    )
    return tuple(
        ContractShare(Fraction(numerator, denominator), starts_at, ends_at)
        for numerator, denominator, starts_at, ends_at in columns
    )


def _runs(row: asyncpg.Record) -> tuple[SettlementRun, ...]:
    columns = zip(row["run_versions"] or (), row["run_codes"] or (), strict=True)
    return tuple(SettlementRun(version, code) for version, code in columns)


def meter_of(row: asyncpg.Record, project: Project) -> Meter:
    """Return the meter of a row of `catalogue`."""
    return Meter(
        meter_id=row["meter_id"],
        meter_number=row["meter_number"],
        project=project,
        capacity_kw=row["capacity_kw"],
        integration=Integration(row["integration"]),
        hold_limit_seconds=row["hold_limit_seconds"],
        station_load_kw=row["station_load_kw"],
    )


def stored_meter(row: asyncpg.Record, memberships: Memberships) -> StoredMeter:
    """Return the meter of a row of `stored_meters`."""
    meter = DeclaredMeter(
        meter_number=row["meter_number"],
        capacity_kw=row["capacity_kw"],
        integration=Integration(row["integration"]),
        hold_limit_seconds=row["hold_limit_seconds"],
        station_load_kw=row["station_load_kw"],
    )
    return StoredMeter(meter, memberships)


def memberships_of(rows: Iterable[asyncpg.Record]) -> dict[str, Memberships]:
    """Return the memberships of each meter; the rows are ordered by start."""
    found: dict[str, list[Membership]] = {}
    for row in rows:
        period = Period(row["starts_at"], row["ends_at"])
        membership = Membership(row["cds_productionproject_id"], period)
        found.setdefault(row["meter_number"], []).append(membership)
    return {number: tuple(of_meter) for number, of_meter in found.items()}


def project_values(project: Project) -> dict[str, object]:
    """Return the arguments of `insert_project`."""
    return {
        "cds_productionproject_id": project.cds_productionproject_id,
        "tenant": project.tenant,
        "name": project.name,
        "timezone": project.timezone,
        "interval_seconds": project.interval_seconds,
        "interval_anchor_seconds": project.interval_anchor_seconds,
        "units": project.units,
        "contract_type": project.contract_type,
        "contract_rule": project.contract_rule,
        "contract_start": project.contract_start,
        "contract_end": project.contract_end,
        "settlement_market": project.settlement_market,
        "day_ahead_gate": project.day_ahead_gate,
        "hour_ahead_lead_minutes": project.hour_ahead_lead_minutes,
        "technology": None if project.technology is None else project.technology.value,
        "latitude": project.latitude,
        "longitude": project.longitude,
    }


def meter_values(meter: DeclaredMeter, project: str) -> dict[str, object]:
    """Return the arguments of `insert_meter`; project: the meter's newest project."""
    return {
        "meter_number": meter.meter_number,
        "cds_productionproject_id": project,
        "capacity_kw": meter.capacity_kw,
        "integration": meter.integration.value,
        "hold_limit_seconds": meter.hold_limit_seconds,
        "station_load_kw": meter.station_load_kw,
    }


def share_columns(projects: Iterable[Project]) -> dict[str, list[object]]:
    """Return the arguments of `insert_contract_shares`."""
    shares = [(project, each) for project in projects for each in project.shares]
    return {
        "project": [project.cds_productionproject_id for project, _ in shares],
        "starts_at": [each.starts_at for _, each in shares],
        "ends_at": [each.ends_at for _, each in shares],
        "numerator": [each.share.numerator for _, each in shares],
        "denominator": [each.share.denominator for _, each in shares],
    }


def run_columns(projects: Iterable[Project]) -> dict[str, list[object]]:
    """Return the arguments of `insert_settlement_runs`."""
    runs = [(project, each) for project in projects for each in project.settlement_runs]
    return {
        "project": [project.cds_productionproject_id for project, _ in runs],
        "settlement_version": [each.settlement_version for _, each in runs],
        "code": [each.code for _, each in runs],
    }


def membership_columns(memberships: Mapping[str, Memberships]) -> dict[str, list[object]]:
    """Return the arguments of `insert_memberships`, from memberships by meter number."""
    every = [(number, each) for number, of_meter in memberships.items() for each in of_meter]
    return {
        "meter_number": [number for number, _ in every],
        "project": [each.project for _, each in every],
        "starts_at": [each.period.starts_at for _, each in every],
        "ends_at": [each.period.ends_at for _, each in every],
    }
