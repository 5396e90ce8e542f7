"""Connection pools that try again while the database is away."""

from typing import TypeAlias

import asyncpg
import structlog
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_delay,
    wait_exponential_jitter,
)

from gridfeed.settings import Settings
from gridfeed.storage.trouble import database_cause, database_fix
from gridfeed.storage.watched import WatchedConnection, connect

log = structlog.get_logger()

#: Errors of asyncpg while a server is starting, restarting, full or unreachable.
UNREACHABLE: tuple[type[Exception], ...] = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that is cut during a statement
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)

#: How long a statement may take. Without a living server it ends earlier (`watched`).
COMMAND_SECONDS = 60.0
#: How long connecting and signing in may take.
CONNECT_SECONDS = 10.0

# As text: asyncpg's classes are generic only for the type checker.
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = (
    "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
)


def will_pass(error: BaseException) -> bool:
    """Tell whether trying again makes sense, because the database is only away.

    asyncpg uses one class for a closed connection and for arguments that do not fit a statement.
    """
    misfit = isinstance(error, asyncpg.InterfaceError) and "argument" in str(error)
    return isinstance(error, UNREACHABLE) and not misfit


async def open_pool(
    settings: Settings,
    *,
    wait_seconds: float = 60.0,
    server_settings: dict[str, str] | None = None,
) -> Pool:
    """Open a pool; try again with backoff for at most `wait_seconds`.

    server_settings: session settings of every connection, such as `role`. Raises the last
    connection error if the database stays away.
    """
    async for attempt in AsyncRetrying(
        retry=retry_if_exception(will_pass),
        wait=wait_exponential_jitter(multiplier=0.1, max=5.0),
        stop=stop_after_delay(wait_seconds),
        before_sleep=_report,
        reraise=True,
    ):
        with attempt:
            return await _opened(settings, server_settings)
    raise AssertionError("unreachable: the retry loop returns or raises")


def _report(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    log.warning(
        "database unreachable, retrying",
        attempt=state.attempt_number,
        cause=database_cause(error) if error else None,
        fix=database_fix(error) if error else None,
    )


async def _opened(settings: Settings, server_settings: dict[str, str] | None) -> Pool:
    url = settings.database_url.get_secret_value()

    async def watch(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        assert isinstance(connection, WatchedConnection)
        # Idle connections went the same way; the next user of each gets a fresh one.
        await connection.watch(
            lambda: connect(url, timeout=CONNECT_SECONDS), pool.expire_connections
        )

    # The pool keeps no minimum of open connections: a pool that restored them after an outage was
    # seen to hang.
    pool: Pool = asyncpg.create_pool(
        url,
        min_size=0,
        max_size=settings.database_pool,
        timeout=CONNECT_SECONDS,
        command_timeout=COMMAND_SECONDS,
        connection_class=WatchedConnection,
        init=watch,
        # Each connection prepares a statement only once, whatever its length, not only up to 15
        # KiB: a page of segments takes 12 ms to plan and 1 ms to run.
        max_cacheable_statement_size=0,
        server_settings=server_settings,
    )
    await pool
    try:
        async with pool.acquire():
            return pool
    except BaseException:
        pool.terminate()
        raise
