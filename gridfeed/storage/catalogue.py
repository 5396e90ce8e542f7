"""The catalogue of projects and meters: workers read it, `gridfeed projects apply` writes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import asyncpg

from gridfeed.domain.declaration.catalogue import Catalogue, Meter, Project
from gridfeed.domain.declaration.contract import spelled_share
from gridfeed.domain.declaration.customer_differences import customer_differences, with_relations
from gridfeed.domain.declaration.customer_target import (
    CustomerTarget,
    Declaration,
    DeclaredCustomer,
    StoredCustomer,
    target,
)
from gridfeed.domain.declaration.declared import (
    Action,
    DeclaredProject,
    Difference,
    Stored,
    memberships_after,
)
from gridfeed.domain.declaration.differences import differences, regridded
from gridfeed.storage.catalogue_rows import memberships_of, meter_of, project_of, stored_meter
from gridfeed.storage.catalogue_write import write_declaration
from gridfeed.storage.connect import Connection
from gridfeed.storage.customer import stored_customer, write_customer
from gridfeed.storage.statements import sql

#: A declaration without customer data.
NOTHING_MORE = DeclaredCustomer()


@dataclass(frozen=True, slots=True)
class Planned:
    """The effect of applying a declaration, and the stored state it is compared with."""

    differences: list[Difference]
    stored: Stored
    goal: CustomerTarget
    found: StoredCustomer


@dataclass(frozen=True, slots=True)
class ListedProject:
    """A stored project for display; instants in UTC, capacity_kw is the sum over its meters.

    contract_rule, meter_numbers and capacity_kw are the present ones.
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
    """Return the catalogue's version, which increases with every change."""
    version: int = await connection.fetchval(*sql("catalogue_version"))
    return version


async def load_catalogue(connection: Connection) -> Catalogue:
    """Return all meters with their projects, and the version of this state."""
    rows = await connection.fetch(*sql("catalogue"))
    projects: dict[str, Project] = {}
    meters: dict[str, Meter] = {}
    for row in rows:
        if row["meter_id"] is None:
            continue
        name = row["cds_productionproject_id"]
        project = projects.get(name) or projects.setdefault(name, project_of(row))
        meters[row["meter_number"]] = meter_of(row, project)
    return Catalogue(rows[0]["version"], meters)


async def plan(
    connection: Connection,
    declared: Sequence[DeclaredProject],
    customer: DeclaredCustomer = NOTHING_MORE,
    *,
    remove: bool = False,
) -> list[Difference]:
    """Return what applying the declaration would do; writes nothing."""
    return (await _planned(connection, declared, customer, remove=remove)).differences


async def apply(
    connection: Connection,
    declared: Sequence[DeclaredProject],
    customer: DeclaredCustomer = NOTHING_MORE,
    *,
    remove: bool = False,
) -> list[Difference]:
    """Write the declaration in one transaction and return what it did.

    remove: removes customer data of its tenants that it no longer declares. Applying it again
    changes only synced_at. If any part is refused, raises RefusedError and writes nothing.
    """
    async with connection.transaction():
        await connection.fetchval(*sql("lock_catalogue"))
        planned = await _planned(connection, declared, customer, remove=remove)
        refusals = [each for each in planned.differences if each.action is Action.REFUSE]
        if refusals:
            raise RefusedError(refusals)
        actions = {
            (each.kind, each.name): each.action
            for each in planned.differences
            if each.action is not Action.UNDECLARED
        }
        await write_declaration(connection, declared, planned.stored, actions)
        await write_customer(connection, planned.goal, planned.found, actions)
        if {Action.ADD, Action.CHANGE, Action.REMOVE} & set(actions.values()):
            await connection.execute(*sql("bump_catalogue"))
    return planned.differences


async def list_projects(connection: Connection) -> list[ListedProject]:
    """Return every stored project, by tenant and id."""
    return [_listed(row) for row in await connection.fetch(*sql("project_list"))]


async def _planned(
    connection: Connection,
    declared: Sequence[DeclaredProject],
    customer: DeclaredCustomer,
    *,
    remove: bool,
) -> Planned:
    found = await stored_customer(connection)
    stored = await _stored(connection)
    questioned = sorted(regridded(declared, stored))
    rows = (
        await connection.fetch(*sql("meters_with_values", meter_numbers=questioned))
        if questioned
        else []
    )
    with_values = {row["meter_number"] for row in rows}
    declaration = Declaration(declared, customer, memberships_after(declared, stored), remove)
    goal = target(declaration, found)
    planned = differences(declared, stored, with_values)
    return Planned(
        [
            *with_relations(planned, declaration, goal, stored, found),
            *customer_differences(declaration, goal, stored, found),
        ],
        stored,
        goal,
        found,
    )


async def _stored(connection: Connection) -> Stored:
    # Referring rows are read before the rows that they refer to, which are never deleted: during a
    # dry run, somebody else may apply a declaration in between.
    rows = await connection.fetch(*sql("stored_meters"))
    memberships = memberships_of(await connection.fetch(*sql("stored_memberships")))
    projects = [project_of(row) for row in await connection.fetch(*sql("stored_projects"))]
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
