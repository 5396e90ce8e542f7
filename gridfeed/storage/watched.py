"""Connections that notice when the way to the database has gone silent.

A connection may stay open and carry nothing: a firewall has forgotten it, a balancer goes on
without its other side. Waiting for an answer then looks like waiting for a server that works for
long. So when a statement takes long, the server is asked over another connection: if it waits for
us while we wait for it, the connection is dropped and its session ended, and whoever waits may try
again over a fresh one. A statement that the server works on takes as long as it takes.
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

#: A statement that takes longer is asked after, and again so often.
ASK_SECONDS = 6.0
AGAIN_SECONDS = 3.0
#: The server waits for us if it has done nothing else for so long, and nothing was on its way.
QUIET_SECONDS = 4.0
#: How long the server may take to answer the question, and everything else that must not hang.
ANSWER_SECONDS = 5.0
#: When nobody has answered the question for so long the server is away.
UNANSWERED_SECONDS = 20.0


async def connect(url: str, **options: Any) -> Base:
    """Open a connection outside any pool, which the kernel ends when the server's machine is gone.

    options: of asyncpg.
    """
    connection: Base = await asyncpg.connect(url, **options)
    end_when_silent(socket_of(connection))
    return connection


def socket_of(connection: Base) -> socket.socket:
    """Return what a connection goes over."""
    found: socket.socket = connection._transport.get_extra_info("socket")  # type: ignore[attr-defined]  # noqa: SLF001
    return found


@dataclass(frozen=True, slots=True)
class Session:
    """A session as the server knows it."""

    pid: int
    began: datetime

    async def is_silent(self, connection: "Base") -> bool:
        """Tell whether the server waits for the session's client, or knows it no more; end it."""
        quiet = timedelta(seconds=QUIET_SECONDS)
        row = await connection.fetchrow(
            *sql("end_if_waiting", pid=self.pid, began=self.began, quiet=quiet)
        )
        return row is not None and bool(row["is_silent"])


class WatchedConnection(Base):
    """A connection whose statements end when nobody will answer them any more."""

    # asyncpg's own.
    _loop: asyncio.AbstractEventLoop
    _protocol: Any

    #: Until `watch` no statement is asked after.
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
        """Begin to ask after statements.

        another: opens the connection to ask over. found_silent: awaited when this one is dropped;
        others may be no better.
        """
        end_when_silent(socket_of(self))
        async with asyncio.timeout(ANSWER_SECONDS):
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
        """Run a statement; as asyncpg."""
        return await self._watched(super().execute(query, *args, timeout=timeout))

    async def _execute(self, *args: Any, **options: Any) -> Any:
        # What fetch, fetchrow and fetchval have in common.
        return await self._watched(super()._execute(*args, **options))  # type: ignore[misc]

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as above
        """Say goodbye; a server that does not answer is left."""
        with suppress(TimeoutError):
            await super().close(timeout=timeout or ANSWER_SECONDS)

    async def _watched(self, statement: Awaitable[Result]) -> Result:
        self._number += 1
        asked = self._loop.call_later(ASK_SECONDS, self._start_asking, self._number)
        try:
            return await statement
        except (asyncio.CancelledError, TimeoutError):
            # The server has to acknowledge that, and until then the connection is in use.
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
                log.warning("the database's connection is silent; it is dropped")
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
            return False  # that is an answer, if not to the question: all connections are taken
        except (OSError, asyncpg.InterfaceError):
            return self._loop.time() - began > UNANSWERED_SECONDS - ASK_SECONDS

    def _end_unless_acknowledged(self) -> None:
        if not self.is_closed() and self._protocol._is_cancelling():  # noqa: SLF001
            log.warning("the database acknowledges no cancellation; its connection is dropped")
            self.terminate()

    def _is_quiet(self) -> bool:
        quiet = quiet_seconds(socket_of(self))
        return quiet is None or quiet > QUIET_SECONDS
