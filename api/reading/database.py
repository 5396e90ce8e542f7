"""The API's only way to the database: every query runs narrowed by a grant.

Connections take the role `gridfeed_reader`, which sees only the schema `granted`
(`schemas/sql/0029_granted_catalogue.sql`). The views of that schema are empty until
`Database.granted` has set the request's grant, and they are empty again once the connection is back
in the pool. So no route can forget the grant.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import structlog

from api.reading.faults import refused, unreachable
from api.reading.session import Grant, Session, TooMuchWorkError, narrowed
from api.reading.shares import AllTakenError, Shares
from gridfeed.settings import Settings
from gridfeed.storage.connect import UNREACHABLE, Connection, Pool, open_pool, will_pass
from gridfeed.storage.held import holders
from gridfeed.storage.migrate import NewerSchemaError, pending, refuse_newer
from gridfeed.storage.statements import called

log = structlog.get_logger()

RETRY_SECONDS = 1.0
ACQUIRE_SECONDS = 5.0
STATEMENT_SECONDS = 30
#: A request waits at most this long for other requests of the same client.
OWN_SECONDS = 30.0

#: Connections that queries cannot take: for the feed, which holds one while any client follows it;
#: for health and authentication, whose statements are short; and for `state`, which keeps one.
FOLLOWING, QUICK, KEPT = 3, 1, 1
#: The client that these connections count for: none.
NOBODYS = 0

#: Errors of a database that is away, or that was dropped while the pool was open.
AWAY: tuple[type[Exception], ...] = (*UNREACHABLE, asyncpg.InvalidCatalogNameError)

SESSION_SETTINGS = {
    "role": "gridfeed_reader",
    "search_path": "granted,public",
    "application_name": "gridfeed-api",
    "default_transaction_read_only": "on",
    "statement_timeout": str(STATEMENT_SECONDS * 1000),
    "jit": "off",
}


@dataclass(frozen=True, slots=True)
class State:
    """Two texts. While a text stays equal, the data it stands for did not change.

    published: stands for usage segments and the change feed. committed: for all rows of all tables.
    """

    published: str
    committed: str


EVERYTHING = Grant(0, "everything")


class DatabaseAwayError(Exception):
    """The database cannot be used at the moment; the text says what to do."""


class BusyError(DatabaseAwayError):
    """No connection became free in time."""


class OutdatedProgramError(DatabaseAwayError):
    """The database was migrated beyond this program, so the program answers nothing from it."""


class Database:
    """A pool of connections, opened in the background. The database may be away for any time."""

    def __init__(self, settings: Settings) -> None:
        """Prepare the pool; `open` starts opening it."""
        aside = FOLLOWING + QUICK + KEPT
        self._settings = settings.model_copy(
            update={"database_pool": settings.database_pool + aside}
        )
        #: A client may take half of the connections for queries, so that other clients get some.
        self._shares = Shares(settings.database_pool, (settings.database_pool + 1) // 2)
        self._quick, self._following = Shares(QUICK), Shares(FOLLOWING)
        self._pool: Pool | None = None
        self._kept: asyncpg.pool.PoolConnectionProxy[asyncpg.Record] | None = None
        self._fault = "database: not connected yet; if this lasts, check GRIDFEED_DATABASE_URL"
        self._state: State | None = None
        self._opening: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Start opening the pool; go on trying until it is open and the schema is migrated."""
        self._opening = asyncio.create_task(self._keep_opening(), name="open the database")

    async def close(self) -> None:
        """Stop trying and close every connection."""
        if self._opening:
            self._opening.cancel()
            with suppress(asyncio.CancelledError):
                await self._opening
        self._drop()
        if self._pool:
            with suppress(*UNREACHABLE):
                async with asyncio.timeout(ACQUIRE_SECONDS):
                    await self._pool.close()
            self._pool.terminate()

    async def authenticate(self, token_sha256: bytes) -> Grant | None:
        """Return the grant of a token; None if it is unknown or revoked.

        Raises DatabaseAwayError.
        """
        async with self._connection(self._quick) as connection:
            row = await connection.fetchrow(
                *called(__package__, "authenticate", token_sha256=token_sha256)
            )
        return None if row is None else _grant(tuple(row))

    @asynccontextmanager
    async def granted(self, grant: Grant, as_of: datetime | None = None) -> AsyncIterator[Session]:
        """Open a session narrowed by the grant, of now or as of an earlier instant.

        Raises DatabaseAwayError, also if the database goes away while the session is open. Raises
        OwnTakenError if the client's other requests leave it no connection in time.
        """
        async with self._connection(self._shares, grant.client_id) as connection:
            yield await narrowed(connection, grant, as_of)

    async def state(self) -> State:
        """Return a state that changes whenever a transaction commits. Raises DatabaseAwayError.

        Calls are frequent and never overlap. They use a connection that is kept for them.
        """
        try:
            async with asyncio.timeout(ACQUIRE_SECONDS):
                return await self._ask_state()
        except AWAY as error:
            self._drop()
            if isinstance(error, TimeoutError) and self._pool is not None:
                await self._pool.expire_connections()  # other connections may be dead, too
            raise DatabaseAwayError(unreachable(error)) from error

    async def _ask_state(self) -> State:
        if self._pool is None:
            raise DatabaseAwayError(self._fault)
        if self._kept is None:
            self._kept = await self._pool.acquire()
        known = self._state.committed if self._state else None
        row = await self._kept.fetchrow(*called(__package__, "state", known=known))
        assert row is not None
        if self._state is None or row["committed"] != known:
            self._state = State(row["published"], row["committed"])
        return self._state

    def _drop(self) -> None:
        # Giving it back to the pool would send one more statement over a dead connection.
        kept, self._kept = self._kept, None
        if kept:
            with suppress(asyncpg.InterfaceError):  # the pool found it closed already
                kept.terminate()

    @asynccontextmanager
    async def everything(self) -> AsyncIterator[Connection]:
        """Lend a connection that sees the data of all grants, only for the feed's reader.

        The reader narrows the data before it leaves the process. Raises as `granted`.
        """
        async with self._connection(self._following) as connection:
            await narrowed(connection, EVERYTHING, None)
            await connection.execute(*called(__package__, "plan_once"))
            yield connection

    async def authenticate_all(self, tokens_sha256: Sequence[bytes]) -> dict[bytes, Grant]:
        """Return the grants of the tokens that are known and not revoked.

        Raises DatabaseAwayError.
        """
        async with self._connection(self._quick) as connection:
            rows = await connection.fetch(
                *called(__package__, "authenticate_all", tokens_sha256=[*tokens_sha256])
            )
        return {digest: _grant(columns) for digest, *columns in rows}

    async def missing(self) -> list[str]:
        """Return the reasons why the API cannot answer; none when it is ready."""
        try:
            async with self._connection(self._quick) as connection:
                return await _missing_migrations(connection)
        except DatabaseAwayError as error:
            return [str(error)]
        except asyncpg.PostgresError as error:
            return [refused(error)]

    async def warnings(self) -> list[str]:
        """Return the reasons why answers may be late, although the API can answer."""
        with suppress(DatabaseAwayError, TooMuchWorkError, asyncpg.PostgresError):
            async with self._connection(self._quick) as connection, connection.transaction():
                # gridfeed_reader does not see who holds open transactions; the login role does.
                await connection.execute("SET LOCAL ROLE NONE")
                found = await holders(connection)
            return [each.warning for each in found]
        return []

    @asynccontextmanager
    async def _connection(self, shares: Shares, client: int = NOBODYS) -> AsyncIterator[Connection]:
        if self._pool is None:
            raise DatabaseAwayError(self._fault)
        try:
            async with (
                shares.one(client, OWN_SECONDS, ACQUIRE_SECONDS),
                # The pool resets all settings afterwards, so the grant ends with the request.
                self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection,
            ):
                yield connection
        except AllTakenError as error:
            raise BusyError("database: all connections are taken") from error
        except NewerSchemaError as error:
            raise OutdatedProgramError(str(error)) from error
        except asyncpg.QueryCanceledError as error:
            raise TooMuchWorkError(f"gave up after {STATEMENT_SECONDS} s") from error
        except AWAY as error:
            if isinstance(error, asyncpg.InterfaceError) and not will_pass(error):
                raise
            log.warning("database away", error=repr(error), setting="GRIDFEED_DATABASE_URL")
            raise DatabaseAwayError(unreachable(error)) from error

    async def _keep_opening(self) -> None:
        while True:
            if await self._opened():
                return
            await asyncio.sleep(RETRY_SECONDS)

    async def _opened(self) -> bool:
        fault = await self._try()
        if fault is None:
            log.info("database open")
            return True
        self._fault = fault
        log.warning("database not ready", fault=fault)
        return False

    async def _try(self) -> str | None:
        """Open a pool and keep it if its database is migrated; otherwise return the fault."""
        pool: Pool | None = None
        try:
            pool = await open_pool(
                self._settings, wait_seconds=RETRY_SECONDS, server_settings=SESSION_SETTINGS
            )
            async with pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
                missing = await _missing_migrations(connection)
            if not missing:
                self._pool, pool = pool, None
            return "; ".join(missing) or None
        except NewerSchemaError as error:
            return f"database: {error}"
        except UNREACHABLE as error:
            return unreachable(error)
        except asyncpg.PostgresError as error:
            return refused(error)
        finally:
            if pool:
                pool.terminate()


def _grant(columns: Sequence[Any]) -> Grant:
    client_id, name, projects, formats, details = columns
    return Grant(
        client_id,
        name,
        None if projects is None else tuple(projects),
        None if formats is None else tuple(formats),
        details,
    )


async def _missing_migrations(connection: Connection) -> list[str]:
    await refuse_newer(connection)
    names = await pending(connection)
    return [f"migration {name}: run `gridfeed migrate`" for name in names]
