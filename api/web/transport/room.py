"""The room for tables that are made but not yet read: one limit for all tables together."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import prometheus_client
from prometheus_client import CollectorRegistry, Gauge

from api.web.problems import RETRY_AFTER_SECONDS, ProblemError, unavailable

#: A table without room is made only as fast as its client reads it, for at most this time in all,
#: because it holds a connection to the database meanwhile.
PATIENCE_SECONDS = 30.0
SETTING = "GRIDFEED_TABLE_SPOOL_BYTES"


class NoRoomError(Exception):
    """There is no room for data made ahead of its reader; the text says why."""


class Room:
    """A number of bytes. A client may take at most half, so that other clients get some."""

    def __init__(self, most: int, registry: CollectorRegistry) -> None:
        """Start with all room free. most: the bytes in all."""
        self._most, self._each = most, max(1, most // 2)
        self._taken: Counter[int] = Counter()
        self._freed = asyncio.Event()
        Gauge(
            "gridfeed_api_table_spool_bytes",
            "Bytes of finished tables that clients have not read yet",
            registry=registry,
        ).set_function(self._taken.total)
        self._without = prometheus_client.Counter(
            "gridfeed_api_tables_without_room",
            "Tables that were refused or broken off for lack of room",
            registry=registry,
        )

    @contextmanager
    def part(self, client: int) -> Iterator["Part"]:
        """Give a table its part of the room until the context ends.

        Raises ProblemError: 503 if all room is taken, 429 if the client's room is taken.
        """
        if self._taken.total() >= self._most:
            self._without.inc()
            raise unavailable(
                "Tables that clients are reading fill all the room for tables"
                f" ({SETTING}); try again, or ask for JSON."
            )
        if self._taken[client] >= self._each:
            self._without.inc()
            raise ProblemError(
                429,
                "This client's tables under way fill its share of the room, half of"
                f" {SETTING}; read one to its end first.",
                headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
            )
        part = Part(self, client)
        try:
            yield part
        finally:
            part.give_back()

    def fits(self, client: int, size: int) -> bool:
        """Return whether there is room for `size` more bytes."""
        mine, all_of_them = self._taken[client] + size, self._taken.total() + size
        return mine <= self._each and all_of_them <= self._most

    def take(self, client: int, size: int) -> None:
        """Add `size` to the client's bytes; a negative size frees room."""
        self._taken[client] += size
        if not self._taken[client]:
            del self._taken[client]
        if size < 0:
            self._freed.set()

    async def until_some_is_freed(self) -> None:
        """Wait until any table gives room back."""
        self._freed.clear()
        await self._freed.wait()

    def none_left(self, why: str) -> NoRoomError:
        """Count a table that is broken off; return its error."""
        self._without.inc()
        return NoRoomError(why)


class Part:
    """One table's part of the room."""

    def __init__(self, room: Room, client: int) -> None:
        """Start with no bytes."""
        self._room, self._client = room, client
        self._size = 0
        self._patience = PATIENCE_SECONDS

    async def more(self, size: int) -> None:
        """Wait until there is room for `size` more bytes, then take them. Raises NoRoomError."""
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
        """Give `size` bytes back."""
        self._size -= size
        self._room.take(self._client, -size)

    def give_back(self) -> None:
        """Give all bytes back."""
        self.less(self._size)

    def disk_full(self, error: OSError) -> NoRoomError:
        """Return the error of a table that could not be written to disk."""
        return self._room.none_left(
            f"the table cannot be written to a temporary file: {error.strerror}; free disk space,"
            f" lower {SETTING}, or let TMPDIR name another disk"
        )
