"""Connections that notice when the route to the database has gone silent.

A connection may stay open but carry nothing: a firewall has forgotten it, or a load balancer lost
its other side. Waiting for an answer then looks like waiting for a busy server. So if a statement
takes long, the server is asked over another connection. If the server waits for this client while
the client waits for the server, the connection is dropped and its session ended, and the caller may
try again over a fresh one. A statement that the server works on may take as long as it needs.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg
import structlog

from gridfeed.storage.statements import sql
from gridfeed.tcp import end_when_silent, quiet_seconds

if TYPE_CHECKING:
    Base = asyncpg.Connection[asyncpg.Record]
else:
    Base = asyncpg.Connection

log = structlog.get_logger()
Result = TypeVar("Result")

#: After this time the server is asked about a running statement, and then every AGAIN_SECONDS.
ASK_SECONDS = 6.0
AGAIN_SECONDS = 3.0
#: The server waits for the client if it did nothing else, and no data moved, for this long.
QUIET_SECONDS = 4.0
#: How long the server may take to answer the question, and how long any other step may take.
ANSWER_SECONDS = 5.0
#: If no server has answered the question for this long, the server is away.
UNANSWERED_SECONDS = 20.0


async def connect(url: str, **options: Any) -> Base:
    """Open a connection outside any pool; the kernel ends it if the server's machine is gone.

    options: of asyncpg.
    """
    connection: Base = await asyncpg.connect(url, **options)
    end_when_silent(socket_of(connection))
    return connection


def socket_of(connection: Base) -> socket.socket:
    """Return the socket of a connection."""
    found: socket.socket = connection._transport.get_extra_info("socket")  # type: ignore[attr-defined]  # noqa: SLF001
    return found


@dataclass(frozen=True, slots=True)
class Session:
    """A session as the server identifies it."""

    pid: int
    began: datetime

    async def is_silent(self, connection: "Base") -> bool:
        """Tell whether the server waits for the client or lost the session; end such a session."""
        quiet = timedelta(seconds=QUIET_SECONDS)
        row = await connection.fetchrow(
            *sql("end_if_waiting", pid=self.pid, began=self.began, quiet=quiet)
        )
        return row is not None and bool(row["is_silent"])


class WatchedConnection(Base):
    """A connection whose statements end when no server will answer them any more."""

    # Attributes of asyncpg.
    _loop: asyncio.AbstractEventLoop
    _protocol: Any

    #: None until `watch`: then no questions are asked.
    _open: Callable[[], Awaitable[Base]] | None = None
    _session: Session
    _found_silent: Callable[[], Awaitable[None]]
    _number = 0
    _asking: "asyncio.Task[None] | None" = None

    async def watch(
        self,
        another: Callable[[], Awaitable[Base]],
        found_silent: Callable[[], Awaitable[None]],
    ) -> None:
        """Start to ask about slow statements.

        another: opens the connection for the question. found_silent: awaited when this connection
        is dropped, because others may be silent, too.
        """
        end_when_silent(socket_of(self))
        async with asyncio.timeout(ANSWER_SECONDS), self.transaction():
            # A role that is set sees nothing of sessions, not even of its own.
            await self.execute("SET LOCAL ROLE NONE")
            row = await self.fetchrow(*sql("own_session"))
        assert row is not None
        self._session = Session(*row)
        self._open, self._found_silent = another, found_silent

    async def execute(
        self,
        query: str,
        *args: object,
        timeout: float | None = None,  # noqa: ASYNC109 - asyncpg's signature
    ) -> str:
        """Run a statement, like asyncpg."""
        return await self._watched(super().execute(query, *args, timeout=timeout))

    async def _execute(self, *args: Any, **options: Any) -> Any:
        # fetch, fetchrow and fetchval all call this method.
        return await self._watched(super()._execute(*args, **options))  # type: ignore[misc]

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as above
        """Close the connection; wait only ANSWER_SECONDS for a server that does not answer."""
        with suppress(TimeoutError):
            await super().close(timeout=timeout or ANSWER_SECONDS)

    async def _watched(self, statement: Awaitable[Result]) -> Result:
        self._number += 1
        asked = self._loop.call_later(ASK_SECONDS, self._start_asking, self._number)
        try:
            return await statement
        except (asyncio.CancelledError, TimeoutError):
            # The server must acknowledge the cancellation; until then the connection is in use.
            self._loop.call_later(ANSWER_SECONDS, self._end_unless_acknowledged)
            raise
        finally:
            asked.cancel()
            self._number += 1

    def _start_asking(self, number: int) -> None:
        if self._open is not None:
            self._asking = self._loop.create_task(self._ask_after(number))

    async def _ask_after(self, number: int) -> None:
        began = self._loop.time()
        while self._number == number and not self.is_closed():
            if self._is_quiet() and await self._is_unanswerable(began) and self._number == number:
                log.warning("a connection to the database does not answer; it is closed")
                self.terminate()
                await self._found_silent()
                return
            await asyncio.sleep(AGAIN_SECONDS)

    async def _is_unanswerable(self, began: float) -> bool:
        assert self._open is not None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                asking = await self._open()
                try:
                    return await self._session.is_silent(asking)
                finally:
                    asking.terminate()
        except asyncpg.PostgresError:
            return False  # an answer, though not to the question: all connections are taken
        except (OSError, asyncpg.InterfaceError):
            return self._loop.time() - began > UNANSWERED_SECONDS - ASK_SECONDS

    def _end_unless_acknowledged(self) -> None:
        if not self.is_closed() and self._protocol._is_cancelling():  # noqa: SLF001
            log.warning("the database does not confirm a cancellation; its connection is closed")
            self.terminate()

    def _is_quiet(self) -> bool:
        quiet = quiet_seconds(socket_of(self))
        return quiet is None or quiet > QUIET_SECONDS
