"""Places of which one client has a share, so that it cannot take them all."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


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
