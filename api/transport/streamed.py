"""Answers that are made while they are sent: piece by piece, as fast as the client takes them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager

import structlog
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from api.problems import unavailable
from api.query.database import DatabaseAwayError
from api.query.session import TooMuchWorkError

log = structlog.get_logger()

#: A piece: other requests go on between two of them, and compression holds no more at once.
PIECE_BYTES = 131_072
#: Who takes nothing for this long gives up what the answer holds, a connection to the database.
STALLED_SECONDS = 30
#: Who comes when all slots are taken waits for one so long.
SLOT_SECONDS = 5


class WithdrawnError(Exception):
    """Who is being answered may no longer see it; says why."""


class Slots:
    """How many such answers may be on their way at once; the others' connections stay free."""

    def __init__(self, number: int) -> None:
        """Have so many."""
        self._number = number
        self._free = asyncio.Semaphore(number)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Take a slot. Raises ProblemError 503 when none becomes free in time."""
        try:
            async with asyncio.timeout(SLOT_SECONDS):
                await self._free.acquire()
        except TimeoutError:
            detail = f"{self._number} tables are being sent, no more at once; try again."
            raise unavailable(detail) from None
        try:
            yield
        finally:
            self._free.release()


class StreamedResponse(StreamingResponse):
    """Sends bytes as they come, and closes where they come from, also when the client goes away.

    What fails once the answer has begun ends it without its end: over HTTP/1.1 the last chunk is
    missing and the connection is closed, so that no client takes the part for the whole.
    """

    def __init__(
        self, content: AsyncGenerator[bytes, None], headers: Mapping[str, str], media_type: str
    ) -> None:
        """`content` is an async generator whose first piece is there."""
        super().__init__(content, headers=headers, media_type=media_type)
        self._content = content

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer until it ends or the client goes away.

        Not Starlette's way, which cancels again what closes after it was cancelled: a rollback.
        """
        sending = asyncio.create_task(self.stream_response(send))
        gone = asyncio.create_task(_disconnected(receive))
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            if not sending.done():
                sending.cancel()
            await asyncio.wait({sending, gone})
        if not sending.cancelled():
            sending.result()

    async def stream_response(self, send: Send) -> None:
        """Send the answer, or its beginning."""

        async def within_patience(message: Message) -> None:
            async with asyncio.timeout(STALLED_SECONDS):
                await send(message)

        try:
            async with aclosing(self._content):
                await super().stream_response(within_patience)
        except TimeoutError:
            log.warning("answer broken off", reason=f"nothing was taken for {STALLED_SECONDS} s")
        except (DatabaseAwayError, TooMuchWorkError, WithdrawnError) as error:
            log.warning("answer broken off", reason=str(error))


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def in_pieces(data: bytes) -> AsyncGenerator[bytes, None]:
    """Yield the bytes in pieces of PIECE_BYTES, letting others go on in between."""
    for start in range(0, len(data), PIECE_BYTES):
        yield data[start : start + PIECE_BYTES]
        await asyncio.sleep(0)
