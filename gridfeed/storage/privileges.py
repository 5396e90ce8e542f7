"""What the database lets this role do, against what Gridfeed has to do."""

from collections.abc import Sequence
from dataclasses import dataclass

from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql


@dataclass(frozen=True, slots=True)
class Lack:
    """A privilege that the role has not, and the SQL with which a superuser gives it."""

    privilege: str
    mend: str


class MissingPrivilegesError(Exception):
    """The role may not do what the migrations need; `fix` is the SQL that lets it."""

    def __init__(self, cause: str, lacks: Sequence[Lack]) -> None:
        """Name what is lacking, which may be nothing that we know of."""
        what = "; ".join(lack.privilege for lack in lacks)
        super().__init__(f"{cause}; it lacks {what}" if lacks else cause)
        self.fix = how_to_mend(lacks) if lacks else "Run `gridfeed migrate` as the tables' owner."


def how_to_mend(lacks: Sequence[Lack]) -> str:
    """Return whom to ask for what is lacking, and the statements to run."""
    statements = dict.fromkeys(lack.mend for lack in lacks)
    return f"As a superuser of this database (psql): {' '.join(statements)}"


async def lacking_to_migrate(connection: Connection) -> list[Lack]:
    """Return what the role lacks for `gridfeed migrate`."""
    return await _lacking(connection, "privileges_to_migrate")


async def lacking_to_run(connection: Connection) -> list[Lack]:
    """Return what the role lacks for workers, API and commands; the schema is migrated."""
    return await _lacking(connection, "privileges_to_run")


async def _lacking(connection: Connection, name: str) -> list[Lack]:
    rows = await connection.fetch(*sql(name))
    return [Lack(row["privilege"], row["mend"]) for row in rows if not row["is_granted"]]
