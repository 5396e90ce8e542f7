"""Writes a planned declaration: replaces what differs, and confirms everything else."""

from collections.abc import Mapping, Sequence

from gridfeed.domain.declaration.catalogue import Project
from gridfeed.domain.declaration.declared import (
    Action,
    DeclaredProject,
    Stored,
    memberships_after,
    places,
)
from gridfeed.domain.declaration.membership import Memberships
from gridfeed.storage.catalogue_rows import (
    membership_columns,
    meter_values,
    project_values,
    run_columns,
    share_columns,
)
from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import called_often, sql

#: A kind and a name.
Actions = Mapping[tuple[str, str], Action]


async def write_declaration(
    connection: Connection,
    declared: Sequence[DeclaredProject],
    stored: Stored,
    actions: Actions,
) -> None:
    """Write the declaration in a transaction. Projects first: a meter may move into a new one."""
    projects = [each.project for each in declared]
    await _write_projects(connection, projects, actions)
    await _replace_shares(connection, projects, stored)
    await _replace_runs(connection, projects, stored)
    after = memberships_after(declared, stored)
    await _write_meters(connection, declared, after, actions)
    await _replace_memberships(connection, after, stored)


async def _write_projects(
    connection: Connection, projects: Sequence[Project], actions: Actions
) -> None:
    for each in projects:
        values, action = project_values(each), actions["project", each.cds_productionproject_id]
        if action is Action.ADD:
            await connection.execute(*sql("insert_project", **values))
        else:
            await connection.execute(
                *sql("update_project", **values, modified=action is Action.CHANGE)
            )


async def _replace_shares(
    connection: Connection, projects: Sequence[Project], stored: Stored
) -> None:
    changed = {
        each.cds_productionproject_id: each
        for each in projects
        if each.shares != _stored_as(each, stored).shares
    }
    if changed:
        await connection.execute(*sql("delete_contract_shares", projects=list(changed)))
        await connection.execute(*sql("insert_contract_shares", **share_columns(changed.values())))


async def _replace_runs(
    connection: Connection, projects: Sequence[Project], stored: Stored
) -> None:
    changed = {
        each.cds_productionproject_id: each
        for each in projects
        if each.settlement_runs != _stored_as(each, stored).settlement_runs
    }
    if changed:
        await connection.execute(*sql("delete_settlement_runs", projects=list(changed)))
        await connection.execute(*sql("insert_settlement_runs", **run_columns(changed.values())))


def _stored_as(project: Project, stored: Stored) -> Project:
    """Return the project as it is stored; a new project has no shares and no runs."""
    nothing = Project(
        cds_productionproject_id=project.cds_productionproject_id,
        tenant="",
        name="",
        timezone="UTC",
        interval_seconds=1,
        interval_anchor_seconds=0,
    )
    return stored.projects.get(project.cds_productionproject_id, nothing)


async def _write_meters(
    connection: Connection,
    declared: Sequence[DeclaredProject],
    after: Mapping[str, Memberships],
    actions: Actions,
) -> None:
    added, others = [], []
    for number, found in places(declared).items():
        values = meter_values(found[0][1], after[number][-1].project)
        action = actions["meter", number]
        if action is Action.ADD:
            added.append(values)
        else:
            others.append(values | {"modified": action is Action.CHANGE})
    await connection.executemany(*called_often(__package__, "insert_meter", added))
    await connection.executemany(*called_often(__package__, "update_meter", others))


async def _replace_memberships(
    connection: Connection, after: Mapping[str, Memberships], stored: Stored
) -> None:
    before = {number: meter.memberships for number, meter in stored.meters.items()}
    changed = {
        number: of_meter for number, of_meter in after.items() if of_meter != before.get(number)
    }
    if changed:
        await connection.execute(*sql("delete_memberships", meter_numbers=list(changed)))
        await connection.execute(*sql("insert_memberships", **membership_columns(changed)))
