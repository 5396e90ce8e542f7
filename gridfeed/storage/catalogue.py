"""The catalogue of projects and meters: read by workers, written by `gridfeed projects apply`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import asyncpg

from gridfeed.domain.catalogue import Catalogue, Meter, Project
from gridfeed.domain.contract import spelled_share
from gridfeed.domain.declared import Action, DeclaredProject, Difference, Stored
from gridfeed.domain.differences import differences, regridded
from gridfeed.storage.catalogue_rows import memberships_of, meter_of, project_of, stored_meter
from gridfeed.storage.catalogue_write import write_declaration
from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql


@dataclass(frozen=True, slots=True)
class ListedProject:
    """A stored project for people to look at; instants in UTC, capacity_kw the meters' sum.

    contract_rule, meter_numbers and capacity_kw are those of now.
    """

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
        project = projects.get(name) or projects.setdefault(name, project_of(row))
        meters[row["meter_number"]] = meter_of(row, project)
    return Catalogue(rows[0]["version"], meters)


async def plan(connection: Connection, declared: Sequence[DeclaredProject]) -> list[Difference]:
    """Return what applying the declaration would do; writes nothing."""
    planned, _ = await _planned(connection, declared)
    return planned


async def apply(connection: Connection, declared: Sequence[DeclaredProject]) -> list[Difference]:
    """Write the declaration in one transaction and return what it did.

    Applying it again changes nothing but synced_at. Raises RefusedError, and writes nothing, when
    any part of it is refused.
    """
    async with connection.transaction():
        await connection.fetchval(sql("lock_catalogue"))
        planned, stored = await _planned(connection, declared)
        refusals = [each for each in planned if each.action is Action.REFUSE]
        if refusals:
            raise RefusedError(refusals)
        actions = {(each.kind, each.name): each.action for each in planned}
        await write_declaration(connection, declared, stored, actions)
        if {Action.ADD, Action.CHANGE} & set(actions.values()):
            await connection.execute(sql("bump_catalogue"))
    return planned


async def list_projects(connection: Connection) -> list[ListedProject]:
    """Return every stored project, by tenant and id."""
    return [_listed(row) for row in await connection.fetch(sql("project_list"))]


async def _planned(
    connection: Connection, declared: Sequence[DeclaredProject]
) -> tuple[list[Difference], Stored]:
    stored = await _stored(connection)
    questioned = sorted(regridded(declared, stored))
    rows = await connection.fetch(sql("meters_with_values"), questioned) if questioned else []
    with_values = {row["meter_number"] for row in rows}
    return differences(declared, stored, with_values), stored


async def _stored(connection: Connection) -> Stored:
    # What refers is read before what it refers to, which is never deleted: in a dry run somebody
    # else may apply in between.
    rows = await connection.fetch(sql("stored_meters"))
    memberships = memberships_of(await connection.fetch(sql("stored_memberships")))
    projects = [project_of(row) for row in await connection.fetch(sql("stored_projects"))]
    meters = [stored_meter(row, memberships[row["meter_number"]]) for row in rows]
    return Stored(
        {project.cds_productionproject_id: project for project in projects},
        {meter.declared.meter_number: meter for meter in meters},
    )


def _listed(row: asyncpg.Record) -> ListedProject:
    columns = dict(row)
    numerator, denominator = columns.pop("numerator"), columns.pop("denominator")
    if columns["contract_rule"] is None and numerator is not None:
        columns["contract_rule"] = spelled_share(Fraction(numerator, denominator))
    return ListedProject(**columns)
