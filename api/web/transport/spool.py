"""Answers that are made faster than the client reads: the rest waits in a temporary file."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing, suppress
from tempfile import SpooledTemporaryFile

from api.web.transport.room import Part

#: This many bytes wait in memory. Beyond them, all wait on disk.
MEMORY_BYTES = 2**20
#: At most this many bytes are read back at once.
READ_BYTES = 131_072


class _Spool:
    """A file that one task writes and another task reads, each at its own place.

    It is emptied whenever all of it was read, so a fast reader needs no disk.
    """

    def __init__(self, part: Part) -> None:
        self._part = part
        # `spooled` closes it.
        self._file = SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115
        self._one_at_a_time = asyncio.Lock()
        self._grown = asyncio.Event()
        self._written = self._read = 0
        self._ended = False
        self._error: Exception | None = None

    async def fill(self, pieces: AsyncGenerator[bytes, None], held: AsyncExitStack) -> None:
        """Write all pieces as fast as they come, then release `held`."""
        error: Exception | None = None
        try:
            async with held, aclosing(pieces):
                async for piece in pieces:
                    await self._part.more(len(piece))
                    async with self._one_at_a_time:
                        await asyncio.to_thread(self._write, piece)
                    self._grown.set()
        except Exception as found:  # noqa: BLE001 - `next` raises it, after the written pieces
            error = found
        self._ended, self._error = True, error
        self._grown.set()

    async def next(self) -> bytes:
        """Return the next bytes, none at the end. Raises the error that ended the pieces early."""
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
    """Yield the pieces. As long as there is room, a slow reader does not slow down their making.

    held: resources for making the pieces, such as a connection to the database. They are released
    when all pieces are made, or when the reader stops. part: the room for pieces made ahead.

    Raises NoRoomError after the pieces for which there was room.
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
