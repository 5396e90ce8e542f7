"""Asks the database for the time, and tells the database how far this process's clock is off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import structlog

from gridfeed import clock
from gridfeed.settings import Settings
from gridfeed.storage.connect import CONNECT_SECONDS, Connection
from gridfeed.storage.statements import sql
from gridfeed.storage.watched import connect

log = structlog.get_logger()

#: How often the database is asked.
ASK_SECONDS = 5.0
#: A slower answer is ignored, unless the newest used answer is older than OLD_SECONDS.
PROMPT_SECONDS = 1.0
OLD_SECONDS = 30.0
#: How long an answer may take. The server ends a session that asks nothing for much longer.
ANSWER_SECONDS = 10.0
_IDLE_MILLISECONDS = "60000"


@dataclass(frozen=True, slots=True)
class Drift:
    """How many seconds a process's machine is ahead of the database, as the process last said."""

    program: str
    place: str | None
    drift: float


async def ask(connection: Connection, program: str) -> None:
    """Ask for the time once and use it. program: such as `gridfeed-worker`."""
    asked_ns = clock.steady_ns()
    name = f"{program}-clock {clock.drift_seconds():+.1f}"
    now = await connection.fetchval(*sql("tell_time", application_name=name))
    took = (clock.steady_ns() - asked_ns) / 1e9
    if took < PROMPT_SECONDS or not clock.is_fresh(OLD_SECONDS):
        clock.follow(now)


async def follow_for_ever(settings: Settings, program: str) -> None:
    """Use the database's clock until cancelled, over a separate connection.

    All other connections may be busy waiting. The database may be away. What was told stays known
    after that: a process that is about to end still has messages to judge.
    """
    while True:
        try:
            await _follow(settings, program)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("no time from the database", cause=repr(error))
        await asyncio.sleep(ASK_SECONDS)


async def _follow(settings: Settings, program: str) -> None:
    async with session(settings) as connection:
        while True:
            await ask(connection, program)
            await asyncio.sleep(ASK_SECONDS)


@asynccontextmanager
async def session(settings: Settings) -> AsyncIterator[Connection]:
    """Give a connection for asking."""
    connection = await connect(
        settings.database_url.get_secret_value(),
        timeout=CONNECT_SECONDS,
        command_timeout=ANSWER_SECONDS,
        server_settings={
            "application_name": "gridfeed-clock",
            "idle_session_timeout": _IDLE_MILLISECONDS,
        },
    )
    try:
        yield connection
    finally:
        connection.terminate()


async def drifts(connection: Connection) -> list[Drift]:
    """Return the drift that each connected process reports, the largest first."""
    return [Drift(**dict(row)) for row in await connection.fetch(*sql("clock_drifts"))]
