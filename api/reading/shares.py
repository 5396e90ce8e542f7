"""Counts of each client's work, and places that no single client can take all of."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass


class Tally:
    """A count for each client, such as its requests under way."""

    def __init__(self) -> None:
        """Start with nothing counted."""
        self._counts: dict[int, int] = {}

    def of(self, client: int) -> int:
        """Return the client's count."""
        return self._counts.get(client, 0)

    @contextmanager
    def one(self, client: int) -> Iterator[None]:
        """Count one more for the client while the context is open."""
        self._counts[client] = self.of(client) + 1
        try:
            yield
        finally:
            self._counts[client] -= 1
            if not self._counts[client]:
                del self._counts[client]


class AllTakenError(Exception):
    """All places were taken, and none became free in time."""


class OwnTakenError(Exception):
    """All of the client's places were taken, and none became free in time."""


@dataclass(slots=True)
class _Own:
    free: asyncio.Semaphore
    users: int = 0


class Shares:
    """A number of places, of which each client may hold a limited number at once."""

    def __init__(self, places: int, each: int | None = None) -> None:
        """Start with all places free. each: the most that a client may hold; None: all."""
        self._each = each or sys.maxsize
        self._free = asyncio.Semaphore(places)
        self._own: dict[int, _Own] = {}

    @asynccontextmanager
    async def one(self, client: int, own_seconds: float, seconds: float) -> AsyncIterator[None]:
        """Hold a place: wait first for one of the client's places, then for one of all places.

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
