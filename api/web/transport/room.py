"""The room of tables that are made and not yet taken: one bound for all of them together."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import prometheus_client
from prometheus_client import CollectorRegistry, Gauge

from api.web.problems import RETRY_AFTER_SECONDS, ProblemError, unavailable

#: A table that finds no room is made no faster than it is taken, for so long in all: meanwhile it
#: holds a connection to the database.
PATIENCE_SECONDS = 30.0
SETTING = "GRIDFEED_TABLE_SPOOL_BYTES"


class NoRoomError(Exception):
    """There is no room for what is made ahead of its reader; says why."""


class Room:
    """So many bytes, of which a client has at most half, which leaves the others some."""

    def __init__(self, most: int, registry: CollectorRegistry) -> None:
        """Nothing is taken."""
        self._most, self._each = most, max(1, most // 2)
        self._taken: Counter[int] = Counter()
        self._freed = asyncio.Event()
        Gauge(
            "gridfeed_api_table_spool_bytes",
            "Bytes of tables that are made and not yet taken",
            registry=registry,
        ).set_function(self._taken.total)
        self._without = prometheus_client.Counter(
            "gridfeed_api_tables_without_room",
            "Tables that were refused or broken off because there was no room for them",
            registry=registry,
        )

    @contextmanager
    def part(self, client: int) -> Iterator["Part"]:
        """Give a table its part, which it leaves to others in the end.

        Raises ProblemError: 503 when all room is taken, 429 when the client's is.
        """
        if self._taken.total() >= self._most:
            self._without.inc()
            raise unavailable(
                "The room for tables is full of those that clients are taking at the moment"
                f" ({SETTING}); try again, or ask for JSON."
            )
        if self._taken[client] >= self._each:
            self._without.inc()
            raise ProblemError(
                429,
                "This client's tables under way take all the room that it may have, half of"
                f" {SETTING}; take one to its end first.",
                headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
            )
        part = Part(self, client)
        try:
            yield part
        finally:
            part.give_back()

    def fits(self, client: int, size: int) -> bool:
        """Return whether there is room for so many bytes more."""
        mine, all_of_them = self._taken[client] + size, self._taken.total() + size
        return mine <= self._each and all_of_them <= self._most

    def take(self, client: int, size: int) -> None:
        """Count so many bytes more, or less."""
        self._taken[client] += size
        if not self._taken[client]:
            del self._taken[client]
        if size < 0:
            self._freed.set()

    async def until_some_is_freed(self) -> None:
        """Wait until somebody gives room back."""
        self._freed.clear()
        await self._freed.wait()

    def none_left(self, why: str) -> NoRoomError:
        """Return the error of a table that is broken off, and count it."""
        self._without.inc()
        return NoRoomError(why)


class Part:
    """What one table has of the room."""

    def __init__(self, room: Room, client: int) -> None:
        """Have nothing yet."""
        self._room, self._client = room, client
        self._size = 0
        self._patience = PATIENCE_SECONDS

    async def more(self, size: int) -> None:
        """Have so many bytes more, when there is room for them. Raises NoRoomError."""
        clock = asyncio.get_running_loop().time
        begun = clock()
        try:
            async with asyncio.timeout(self._patience):
                while not self._room.fits(self._client, size):
                    await self._room.until_some_is_freed()
        except TimeoutError:
            raise self._room.none_left(
                f"no room for the table for {PATIENCE_SECONDS:.0f} s: raise {SETTING}"
            ) from None
        self._patience -= clock() - begun
        self._size += size
        self._room.take(self._client, size)

    def less(self, size: int) -> None:
        """Give so many bytes back."""
        self._size -= size
        self._room.take(self._client, -size)

    def give_back(self) -> None:
        """Give everything back."""
        self.less(self._size)

    def disk_full(self, error: OSError) -> NoRoomError:
        """Return what a table is broken off with that could not be written."""
        return self._room.none_left(
            f"the table cannot be written to a temporary file: {error.strerror}; free disk space,"
            f" lower {SETTING}, or let TMPDIR name another disk"
        )
