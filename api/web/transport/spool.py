"""Answers that are made faster than they are taken: what is ahead waits in a temporary file."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing, suppress
from tempfile import SpooledTemporaryFile

from api.web.transport.room import Part

#: So much is ahead in memory; what is more, on disk.
MEMORY_BYTES = 2**20
#: What is read back at once.
READ_BYTES = 131_072


class _Spool:
    """A file that one task writes and another reads, each at its own place.

    It begins anew whenever all of it was read: who reads as fast as it is made needs no disk.
    """

    def __init__(self, part: Part) -> None:
        self._part = part
        # Closed by `spooled`.
        self._file = SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115
        self._one_at_a_time = asyncio.Lock()
        self._grown = asyncio.Event()
        self._written = self._read = 0
        self._ended = False
        self._error: Exception | None = None

    async def fill(self, pieces: AsyncGenerator[bytes, None], held: AsyncExitStack) -> None:
        """Write all pieces as fast as they come, then let go what is held for them."""
        error: Exception | None = None
        try:
            async with held, aclosing(pieces):
                async for piece in pieces:
                    await self._part.more(len(piece))
                    async with self._one_at_a_time:
                        await asyncio.to_thread(self._write, piece)
                    self._grown.set()
        except Exception as found:  # noqa: BLE001 - the reader's, when it has read so far
            error = found
        self._ended, self._error = True, error
        self._grown.set()

    async def next(self) -> bytes:
        """Return what comes next; nothing at the end. Raises what broke the pieces off."""
        while self._read == self._written:
            if self._error:
                raise self._error
            if self._ended:
                return b""
            self._grown.clear()
            await self._grown.wait()
        async with self._one_at_a_time:
            piece = await asyncio.to_thread(self._take)
            if self._read == self._written:
                self._part.less(self._written)
                self._read = self._written = 0
            return piece

    def close(self) -> None:
        self._file.close()

    def _write(self, piece: bytes) -> None:
        try:
            self._file.seek(self._written)
            self._file.write(piece)
        except OSError as error:
            raise self._part.disk_full(error) from error
        self._written += len(piece)

    def _take(self) -> bytes:
        self._file.seek(self._read)
        piece = self._file.read(min(READ_BYTES, self._written - self._read))
        self._read += len(piece)
        if self._read == self._written:
            self._file.seek(0)
            self._file.truncate()
        return piece


async def spooled(
    pieces: AsyncGenerator[bytes, None], held: AsyncExitStack, part: Part
) -> AsyncGenerator[bytes, None]:
    """Yield the pieces, which are made no slower for a reader that is slow while there is room.

    held: what making them needs, such as a connection to the database; it is let go when all are
    made, or when nobody reads on. part: of the room for what is made ahead.

    Raises NoRoomError behind the pieces for which there was room.
    """
    spool = _Spool(part)
    filling = asyncio.create_task(spool.fill(pieces, held), name="make a table")
    try:
        while piece := await spool.next():
            yield piece
    finally:
        filling.cancel()
        with suppress(asyncio.CancelledError):
            await filling
        spool.close()
