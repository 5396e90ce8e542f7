"""The catalogue of projects and meters: read by workers, written by `gridfeed projects apply`."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

import asyncpg

from gridfeed.domain.catalogue import Catalogue, Meter, Project
from gridfeed.domain.declared import (
    Action,
    DeclaredMeter,
    DeclaredProject,
    Difference,
    Stored,
    StoredMeter,
    differences,
    regridded,
)
from gridfeed.domain.words import Integration
from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql


@dataclass(frozen=True, slots=True)
class ListedProject:
    """A stored project for people to look at; instants in UTC, capacity_kw the meters' sum."""

    cds_productionproject_id: str
    tenant: str
    name: str
    timezone: str
    interval_seconds: int
    units: str
    contract_type: str | None
    contract_rule: str | None
    contract_start: datetime | None
    contract_end: datetime | None
    modified_at: datetime
    synced_at: datetime
    meter_numbers: list[str]
    capacity_kw: Decimal | None


class RefusedError(Exception):
    """A declaration that would do harm; `refusals` says which lines, why, and what to do."""

    def __init__(self, refusals: Sequence[Difference]) -> None:
        """Keep the refusals."""
        super().__init__("; ".join(f"{each.kind} {each.name} {each.reason}" for each in refusals))
        self.refusals = refusals


async def catalogue_version(connection: Connection) -> int:
    """Return the number that moves whenever the catalogue changes."""
    version: int = await connection.fetchval(sql("catalogue_version"))
    return version


async def load_catalogue(connection: Connection) -> Catalogue:
    """Return all meters with their projects, and the version they are of."""
    rows = await connection.fetch(sql("catalogue"))
    projects: dict[str, Project] = {}
    meters: dict[str, Meter] = {}
    for row in rows:
        if row["meter_id"] is None:
            continue
        name = row["cds_productionproject_id"]
        project = projects.get(name) or projects.setdefault(name, _project(row))
        meters[row["meter_number"]] = Meter(
            row["meter_id"],
            row["meter_number"],
            project,
            row["capacity_kw"],
            Integration(row["integration"]),
            row["hold_limit_seconds"],
        )
    return Catalogue(rows[0]["version"], meters)


async def plan(connection: Connection, declared: Sequence[DeclaredProject]) -> list[Difference]:
    """Return what applying the declaration would do; writes nothing."""
    stored = await _stored(connection)
    questioned = sorted(regridded(declared, stored))
    rows = await connection.fetch(sql("meters_with_values"), questioned) if questioned else []
    return differences(declared, stored, {row["meter_number"] for row in rows})


async def apply(connection: Connection, declared: Sequence[DeclaredProject]) -> list[Difference]:
    """Write the declaration in one transaction and return what it did.

    Applying it again changes nothing but synced_at. Raises RefusedError, and writes nothing, when
    any part of it is refused.
    """
    async with connection.transaction():
        await connection.fetchval(sql("lock_catalogue"))
        planned = await plan(connection, declared)
        refusals = [each for each in planned if each.action is Action.REFUSE]
        if refusals:
            raise RefusedError(refusals)
        actions = {(each.kind, each.name): each.action for each in planned}
        await _write(connection, declared, actions)
        if {Action.ADD, Action.CHANGE} & set(actions.values()):
            await connection.execute(sql("bump_catalogue"))
    return planned


async def list_projects(connection: Connection) -> list[ListedProject]:
    """Return every stored project, by tenant and id."""
    return [ListedProject(**row) for row in await connection.fetch(sql("project_list"))]


async def _write(
    connection: Connection,
    declared: Sequence[DeclaredProject],
    actions: dict[tuple[str, str], Action],
) -> None:
    # Projects first: a meter may move into one that this file adds.
    for each in declared:
        values = _project_values(each.project)
        action = actions["project", each.name]
        if action is Action.ADD:
            await connection.execute(sql("insert_project"), *values)
        else:
            await connection.execute(sql("update_project"), *values, action is Action.CHANGE)
    meters = [(meter, each.name) for each in declared for meter in each.meters]
    added, others = [], []
    for meter, project in meters:
        action = actions["meter", meter.meter_number]
        values = _meter_values(meter, project)
        if action is Action.ADD:
            added.append(values)
        else:
            others.append((*values, action is Action.CHANGE))
    await connection.executemany(sql("insert_meter"), added)
    await connection.executemany(sql("update_meter"), others)


async def _stored(connection: Connection) -> Stored:
    projects = [_project(row) for row in await connection.fetch(sql("stored_projects"))]
    meters = [_stored_meter(row) for row in await connection.fetch(sql("stored_meters"))]
    return Stored(
        {project.cds_productionproject_id: project for project in projects},
        {meter.declared.meter_number: meter for meter in meters},
    )


def _stored_meter(row: asyncpg.Record) -> StoredMeter:
    meter = DeclaredMeter(
        row["meter_number"],
        row["capacity_kw"],
        Integration(row["integration"]),
        row["hold_limit_seconds"],
    )
    return StoredMeter(meter, row["cds_productionproject_id"])


def _project(row: asyncpg.Record) -> Project:
    return Project(
        row["cds_productionproject_id"],
        row["tenant"],
        row["name"],
        row["timezone"],
        row["interval_seconds"],
        row["interval_anchor_seconds"],
        row["units"],
        row["contract_type"],
        row["contract_rule"],
        row["contract_start"],
        row["contract_end"],
    )


def _project_values(project: Project) -> tuple[object, ...]:
    return tuple(asdict(project).values())


def _meter_values(meter: DeclaredMeter, project: str) -> tuple[object, ...]:
    return (
        meter.meter_number,
        project,
        meter.capacity_kw,
        meter.integration.value,
        meter.hold_limit_seconds,
    )
