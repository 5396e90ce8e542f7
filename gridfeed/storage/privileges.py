"""Compares the privileges of this database role with the ones that Gridfeed needs."""

from collections.abc import Sequence
from dataclasses import dataclass

from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql


@dataclass(frozen=True, slots=True)
class Lack:
    """A missing privilege of the role, and the SQL with which a superuser grants it."""

    privilege: str
    mend: str


class MissingPrivilegesError(Exception):
    """The role lacks privileges that the migrations need; `fix` is the SQL that grants them."""

    def __init__(self, cause: str, lacks: Sequence[Lack]) -> None:
        """Name the missing privileges; `lacks` is empty if none is known."""
        what = "; ".join(lack.privilege for lack in lacks)
        super().__init__(f"{cause}; it lacks {what}" if lacks else cause)
        self.fix = how_to_mend(lacks) if lacks else "Run `gridfeed migrate` as the tables' owner."


def how_to_mend(lacks: Sequence[Lack]) -> str:
    """Return whom to ask for the missing privileges, and the statements to run."""
    statements = dict.fromkeys(lack.mend for lack in lacks)
    return f"Run in psql as a superuser of this database: {' '.join(statements)}"


async def lacking_to_migrate(connection: Connection) -> list[Lack]:
    """Return what the role lacks for `gridfeed migrate`."""
    return await _lacking(connection, "privileges_to_migrate")


async def lacking_to_run(connection: Connection) -> list[Lack]:
    """Return what the role lacks for workers, API and commands on a migrated schema."""
    return await _lacking(connection, "privileges_to_run")


async def _lacking(connection: Connection, name: str) -> list[Lack]:
    rows = await connection.fetch(*sql(name))
    return [Lack(row["privilege"], row["mend"]) for row in rows if not row["is_granted"]]
