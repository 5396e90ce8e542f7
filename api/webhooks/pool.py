"""Connections of the role that may write webhooks, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg

from api.reading.database import ACQUIRE_SECONDS, AWAY, DatabaseAwayError, OutdatedProgramError
from gridfeed.settings import Settings
from gridfeed.storage.connect import UNREACHABLE, Connection, Pool, open_pool, will_pass
from gridfeed.storage.migrate import NewerSchemaError, newest, refuse_newer
from gridfeed.storage.statements import sql

SESSION_SETTINGS = {
    "role": "gridfeed_pusher",
    "application_name": "gridfeed-webhooks",
    "statement_timeout": "10000",
    "jit": "off",
}
#: Statements are short, and no delivery holds a connection while it waits for its receiver.
CONNECTIONS = 4


class PusherPool:
    """A pool that is opened when it is first used, and again after it failed to open."""

    def __init__(self, settings: Settings) -> None:
        """Do nothing yet."""
        self._settings = settings.model_copy(update={"database_pool": CONNECTIONS})
        self._opening = asyncio.Lock()
        self._pool: Pool | None = None

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Give a connection. Raises DatabaseAwayError, also when it goes away inside."""
        try:
            pool = self._pool or await self._opened()
            async with pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
                if await connection.fetchval(*sql("schema_version")) > newest():
                    await refuse_newer(connection)
                yield connection
        except NewerSchemaError as error:
            raise OutdatedProgramError(str(error)) from error
        except AWAY as error:
            if isinstance(error, asyncpg.InterfaceError) and not will_pass(error):
                raise
            raise DatabaseAwayError(f"database: {error!r}; check GRIDFEED_DATABASE_URL") from error
        except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError) as error:
            raise DatabaseAwayError(f"database: {error}; run `gridfeed migrate`") from error
        except asyncpg.QueryCanceledError as error:
            raise DatabaseAwayError(f"database: {error}; it is busy") from error

    async def close(self) -> None:
        """Close every connection."""
        if self._pool:
            with suppress(*UNREACHABLE, TimeoutError):
                async with asyncio.timeout(ACQUIRE_SECONDS):
                    await self._pool.close()
            self._pool.terminate()

    async def _opened(self) -> Pool:
        async with self._opening:
            if self._pool is None:
                try:
                    self._pool = await open_pool(
                        self._settings, wait_seconds=0, server_settings=SESSION_SETTINGS
                    )
                except asyncpg.InvalidParameterValueError as error:  # there is no such role
                    fault = f"database: {error}; run `gridfeed migrate`"
                    raise DatabaseAwayError(fault) from error
            return self._pool
