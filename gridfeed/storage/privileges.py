"""What the database lets this role do, against what Gridfeed has to do."""

from dataclasses import dataclass

from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql


@dataclass(frozen=True, slots=True)
class Lack:
    """A privilege that the role has not, and the SQL with which a superuser gives it."""

    privilege: str
    mend: str


async def lacking_to_migrate(connection: Connection) -> list[Lack]:
    """Return what the role lacks for `gridfeed migrate`."""
    return await _lacking(connection, "privileges_to_migrate")


async def lacking_to_run(connection: Connection) -> list[Lack]:
    """Return what the role lacks for workers, API and commands; the schema is migrated."""
    return await _lacking(connection, "privileges_to_run")


async def _lacking(connection: Connection, name: str) -> list[Lack]:
    rows = await connection.fetch(sql(name))
    return [Lack(row["privilege"], row["mend"]) for row in rows if not row["is_granted"]]
