"""A session: a connection that a grant narrows, and the statements it runs."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from gridfeed.storage.connect import Connection
from gridfeed.storage.migrate import newest, refuse_newer
from gridfeed.storage.statements import Call, called


@dataclass(frozen=True, slots=True)
class Grant:
    """The data that a token may see. None in projects or production_formats means all of them.

    details: whether OPTIONAL fields are included (CDS-WG3-01 7.2).
    """

    client_id: int
    name: str
    projects: tuple[str, ...] | None = None
    production_formats: tuple[str, ...] | None = None
    details: bool = True


class TooMuchWorkError(Exception):
    """The database gave up a statement because it took too long."""


class Session:
    """A connection that sees only the data of one grant.

    opened_at: the time by the database's clock, which also stamps `recorded_at`. timezones: all
    time zones in use. as_of: statements see the data published at this instant; None: the present
    data.
    """

    def __init__(
        self,
        connection: Connection,
        opened_at: datetime,
        timezones: Sequence[str],
        as_of: datetime | None,
    ) -> None:
        """Wrap a connection whose grant is set."""
        self._connection = connection
        self.opened_at = opened_at
        self.timezones = timezones
        self.as_of = as_of

    @asynccontextmanager
    async def one_snapshot(self) -> AsyncIterator[None]:
        """Let all statements inside see one snapshot, taken at the first of them."""
        async with self._connection.transaction(isolation="repeatable_read", readonly=True):
            yield

    async def fetch(self, statement_name: str, /, **arguments: object) -> list[asyncpg.Record]:
        """Run `room/name`, a file of the room's `sql/`, and return its rows."""
        return await self._connection.fetch(*self._call(statement_name, arguments))

    async def value(self, statement_name: str, /, **arguments: object) -> object:
        """Run `room/name` and return the first column of its first row."""
        return await self._connection.fetchval(*self._call(statement_name, arguments))

    def _call(self, statement_name: str, arguments: Mapping[str, object]) -> Call:
        """Return the statement. With as_of it has another text, so that both have their own plan.

        PostgreSQL drops a statement's plan when the statement comes under another search_path
        (pages of segments of now and as of then in turn: 2 x 9 ms with one text, 2 x 1.5 ms with
        two).
        """
        room, _, file = statement_name.partition("/")
        text, *given = called(f"api.{room}", file, **arguments)
        return text if self.as_of is None else f"{text}-- as of\n", *given


async def narrowed(connection: Connection, grant: Grant, as_of: datetime | None) -> Session:
    """Narrow a connection to a grant, of now or as of an earlier instant.

    Raises NewerSchemaError if the database was migrated beyond this program.
    """
    row = await connection.fetchrow(
        *called(
            __package__,
            "set_grant",
            projects=grant.projects,
            production_formats=grant.production_formats,
            as_of=as_of,
            details=grant.details,
        )
    )
    assert row is not None
    if row["schema_version"] > newest():
        await refuse_newer(connection)
    return Session(connection, row["opened_at"], row["timezones"], as_of)
