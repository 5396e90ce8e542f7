"""Customer data: reads it to compare a declaration with it, and writes it with the declaration."""

from collections.abc import Iterable, Mapping, Sequence

from gridfeed.domain.declaration.customer_data import (
    Account,
    Aggregation,
    Certificate,
    CertificateFormat,
    CustomerObject,
    ServiceContract,
    ServicePoint,
    key_of,
)
from gridfeed.domain.declaration.customer_target import CustomerTarget, StoredCustomer
from gridfeed.domain.declaration.declared import Action
from gridfeed.storage.connect import Connection
from gridfeed.storage.customer_rows import PUT, READ, installations_of, mixes_of
from gridfeed.storage.statements import called_often, sql

#: A row of a table, by the parameter names of its statement.
Row = Mapping[str, object]
#: For each kind the statement that deletes its objects, ordered so that no deleted object is still
#: referred to.
_DELETE = (
    (Certificate.kind, "delete_certificates"),
    (CertificateFormat.kind, "delete_formats"),
    (Aggregation.kind, "delete_aggregations"),
    (ServiceContract.kind, "delete_contracts"),
    (ServicePoint.kind, "delete_points"),
)


async def stored_customer(connection: Connection) -> StoredCustomer:
    """Return all stored customer data."""
    installed = installations_of(await connection.fetch(*sql("stored_installations")))
    mixes = mixes_of(await connection.fetch(*sql("stored_mixes")))
    objects: list[CustomerObject] = []
    for name, made in READ:
        objects += [made(row) for row in await connection.fetch(*sql(name))]
    return StoredCustomer({key_of(each): each for each in objects}, installed, mixes)


async def write_customer(
    connection: Connection,
    goal: CustomerTarget,
    stored: StoredCustomer,
    actions: Mapping[tuple[str, str], Action],
) -> None:
    """Write the customer data in a transaction, after its projects and meters."""
    # In the order of the kinds: objects are written after the objects that they refer to.
    for kind, (name, values) in PUT.items():
        rows = [
            values(each, actions[key] is Action.CHANGE)
            for key, each in goal.objects.items()
            if each.kind == kind
        ]
        await connection.executemany(*called_often(__package__, name, rows))
    await _touch(connection, goal, stored, actions)
    await _replace_installations(connection, goal, stored)
    await _replace_mixes(connection, goal, stored)
    changed = [
        each for key, each in goal.objects.items() if actions[key] in (Action.ADD, Action.CHANGE)
    ]
    await _replace_members(connection, [each for each in changed if isinstance(each, Aggregation)])
    await _replace_beneficiaries(
        connection, [each for each in changed if isinstance(each, Certificate)]
    )
    for kind, name in _DELETE:
        if gone := [each.name for each in goal.gone if each.kind == kind]:
            await connection.execute(*sql(name, names=gone))


async def _touch(
    connection: Connection,
    goal: CustomerTarget,
    stored: StoredCustomer,
    actions: Mapping[tuple[str, str], Action],
) -> None:
    """Move modified_at of objects that change because other objects change."""
    points = [
        name
        for (kind, name), action in actions.items()
        if kind == ServicePoint.kind
        and action is Action.CHANGE
        and (kind, name) not in goal.objects
    ]
    if points:
        await connection.execute(*sql("touch_points", points=points))
    before = stored.objects
    accounts = [each for each in goal.objects.values() if isinstance(each, Account)]
    renumbered = [
        each.name
        for each in accounts
        if isinstance(old := before.get(key_of(each)), Account)
        and old.account_number != each.account_number
    ]
    if renumbered:
        await connection.execute(*sql("touch_contracts", accounts=renumbered))


async def _replace_installations(
    connection: Connection, goal: CustomerTarget, stored: StoredCustomer
) -> None:
    changed = {
        number: installed
        for number, installed in goal.installed.items()
        if installed != stored.installed.get(number)
    }
    rows: list[Row] = [
        {
            "meter_number": number,
            "servicepoint_number": each.point,
            "starts_at": each.period.starts_at,
            "ends_at": each.period.ends_at,
        }
        for number, installed in changed.items()
        for each in installed
    ]
    await _replace(connection, "installations", changed, rows)


async def _replace_mixes(
    connection: Connection, goal: CustomerTarget, stored: StoredCustomer
) -> None:
    changed = {
        project: parts
        for project, parts in goal.mixes.items()
        if parts != stored.mixes.get(project, ())
    }
    rows: list[Row] = [
        {
            "project": project,
            "place": place,
            "supply_type": part.supply_type,
            "ratio": part.ratio,
            "attribution": part.attribution,
            "carbon_intensity": part.carbon_intensity,
            "starts_at": part.period.starts_at,
            "ends_at": part.period.ends_at,
        }
        for project, parts in changed.items()
        for place, part in enumerate(parts)
    ]
    await _replace(connection, "mixes", changed, rows)


async def _replace_members(connection: Connection, changed: list[Aggregation]) -> None:
    rows: list[Row] = []
    for each in changed:
        members = {
            "tenant": [each.tenant] if each.account else [],
            "contract": each.contracts,
            "point": each.points,
            "meter": each.meters,
            "grouped": each.aggregations,
        }
        nobody = dict.fromkeys(members)
        rows += [
            {"aggregation": each.name, **nobody, kind: name}
            for kind, names in members.items()
            for name in names
        ]
    await _replace(connection, "members", [each.name for each in changed], rows)


async def _replace_beneficiaries(connection: Connection, changed: list[Certificate]) -> None:
    names = [each.name for each in changed]
    projects: list[Row] = [
        {"certificate": each.name, "project": project}
        for each in changed
        for project in each.projects
    ]
    await _replace(connection, "certificate_projects", names, projects)
    rows: list[Row] = []
    for each in changed:
        if each.beneficiary_type in ("customer", "account"):
            rows.append({"certificate": each.name, "tenant": each.tenant, "contract": None})
        rows += [
            {"certificate": each.name, "tenant": None, "contract": contract}
            for contract in each.contracts
        ]
    await _replace(connection, "beneficiaries", names, rows)


async def _replace(
    connection: Connection, table: str, names: Iterable[str], rows: Sequence[Row]
) -> None:
    """Delete all rows of the names and insert the given rows."""
    if owners := list(names):
        await connection.execute(*sql(f"delete_{table}", names=owners))
    if rows:
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        await connection.execute(*sql(f"insert_{table}", **columns))
