"""Rows of the catalogue's tables to projects and meters, and back."""

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
        row["meter_id"],
        row["meter_number"],
        project,
        row["capacity_kw"],
        Integration(row["integration"]),
        row["hold_limit_seconds"],
        row["station_load_kw"],
    )


def stored_meter(row: asyncpg.Record, memberships: Memberships) -> StoredMeter:
    """Return the meter of a row of `stored_meters`."""
    meter = DeclaredMeter(
        row["meter_number"],
        row["capacity_kw"],
        Integration(row["integration"]),
        row["hold_limit_seconds"],
        row["station_load_kw"],
    )
    return StoredMeter(meter, memberships)


def memberships_of(rows: Iterable[asyncpg.Record]) -> dict[str, Memberships]:
    """Return the memberships of each meter from rows by start."""
    found: dict[str, list[Membership]] = {}
    for row in rows:
        period = Period(row["starts_at"], row["ends_at"])
        membership = Membership(row["cds_productionproject_id"], period)
        found.setdefault(row["meter_number"], []).append(membership)
    return {number: tuple(of_meter) for number, of_meter in found.items()}


def project_values(project: Project) -> tuple[object, ...]:
    """Return the arguments of `insert_project`."""
    return (
        project.cds_productionproject_id,
        project.tenant,
        project.name,
        project.timezone,
        project.interval_seconds,
        project.interval_anchor_seconds,
        project.units,
        project.contract_type,
        project.contract_rule,
        project.contract_start,
        project.contract_end,
        project.settlement_market,
        project.day_ahead_gate,
        project.hour_ahead_lead_minutes,
        None if project.technology is None else project.technology.value,
        project.latitude,
        project.longitude,
    )


def meter_values(meter: DeclaredMeter, project: str) -> tuple[object, ...]:
    """Return the arguments of `insert_meter`; project: its newest."""
    return (
        meter.meter_number,
        project,
        meter.capacity_kw,
        meter.integration.value,
        meter.hold_limit_seconds,
        meter.station_load_kw,
    )


def share_columns(projects: Iterable[Project]) -> tuple[list[object], ...]:
    """Return the arguments of `insert_contract_shares`."""
    rows = [
        (
            project.cds_productionproject_id,
            each.starts_at,
            each.ends_at,
            each.share.numerator,
            each.share.denominator,
        )
        for project in projects
        for each in project.shares
    ]
    return _columns(rows, 5)


def run_columns(projects: Iterable[Project]) -> tuple[list[object], ...]:
    """Return the arguments of `insert_settlement_runs`."""
    rows = [
        (project.cds_productionproject_id, each.settlement_version, each.code)
        for project in projects
        for each in project.settlement_runs
    ]
    return _columns(rows, 3)


def membership_columns(memberships: Mapping[str, Memberships]) -> tuple[list[object], ...]:
    """Return the arguments of `insert_memberships`; by meter number."""
    rows = [
        (number, each.project, each.period.starts_at, each.period.ends_at)
        for number, of_meter in memberships.items()
        for each in of_meter
    ]
    return _columns(rows, 4)


def _columns(rows: Iterable[tuple[object, ...]], count: int) -> tuple[list[object], ...]:
    columns: tuple[list[object], ...] = tuple([] for _ in range(count))
    for row in rows:
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    return columns
