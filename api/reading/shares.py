"""What clients have under way, and places of which each has a share: none can take them all."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass


class Tally:
    """How much each client has under way."""

    def __init__(self) -> None:
        """Nobody has anything."""
        self._counts: dict[int, int] = {}

    def of(self, client: int) -> int:
        """Return how much that client has."""
        return self._counts.get(client, 0)

    @contextmanager
    def one(self, client: int) -> Iterator[None]:
        """Count one more until this is left."""
        self._counts[client] = self.of(client) + 1
        try:
            yield
        finally:
            self._counts[client] -= 1
            if not self._counts[client]:
                del self._counts[client]


class AllTakenError(Exception):
    """No place became free in time."""


class OwnTakenError(Exception):
    """None of the client's own became free in time."""


@dataclass(slots=True)
class _Own:
    free: asyncio.Semaphore
    users: int = 0


class Shares:
    """So many places, of which each client has at most some at once."""

    def __init__(self, places: int, each: int | None = None) -> None:
        """All are free. each: how many a client may have; None: all."""
        self._each = each or sys.maxsize
        self._free = asyncio.Semaphore(places)
        self._own: dict[int, _Own] = {}

    @asynccontextmanager
    async def one(self, client: int, own_seconds: float, seconds: float) -> AsyncIterator[None]:
        """Hold a place, for which one of the client's is waited first, and then one of all.

        Raises OwnTakenError and AllTakenError.
        """
        own = self._own.setdefault(client, _Own(asyncio.Semaphore(self._each)))
        own.users += 1
        try:
            await _acquired(own.free, own_seconds, OwnTakenError)
            try:
                await _acquired(self._free, seconds, AllTakenError)
                try:
                    yield
                finally:
                    self._free.release()
            finally:
                own.free.release()
        finally:
            own.users -= 1
            if not own.users:
                del self._own[client]


async def _acquired(places: asyncio.Semaphore, seconds: float, error: type[Exception]) -> None:
    if not places.locked():
        await places.acquire()
        return
    try:
        async with asyncio.timeout(seconds):
            await places.acquire()
    except TimeoutError:
        raise error from None
