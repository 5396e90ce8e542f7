"""Answers that are made while they are sent: piece by piece, as fast as the client takes them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager

import structlog
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from api.reading.database import OWN_SECONDS, BusyError, DatabaseAwayError
from api.reading.session import TooMuchWorkError
from api.reading.shares import AllTakenError, Shares, Tally
from api.web.problems import RETRY_AFTER_SECONDS, ProblemError
from api.web.transport.room import NoRoomError

log = structlog.get_logger()

#: A piece: other requests go on between two of them, and compression holds no more at once.
PIECE_BYTES = 131_072
#: Who takes nothing for this long gives up the answer.
STALLED_SECONDS = 30
#: Who comes when all slots are taken waits for one so long.
SLOT_SECONDS = 5


class WithdrawnError(Exception):
    """Who is being answered may no longer see it; says why."""


class Slots:
    """How many tables may be made at once, and how many a client may have under way."""

    def __init__(self, places: int, most: int) -> None:
        """Have so many places; a client has half of them, and at most so many under way."""
        self._making = Shares(places, max(1, places // 2))
        self._most = most
        self._under_way = Tally()

    @contextmanager
    def under_way(self, client: int) -> Iterator[None]:
        """Count a table until it is sent. Raises ProblemError 429."""
        if self._under_way.of(client) >= self._most:
            detail = (
                f"This client has {self._most} tables under way, which is all it may have"
                " (GRIDFEED_TABLES_PER_CLIENT); take one to its end first."
            )
            raise ProblemError(429, detail, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
        with self._under_way.one(client):
            yield

    @asynccontextmanager
    async def making(self, client: int) -> AsyncIterator[None]:
        """Hold a place until a table is made. Raises BusyError and OwnTakenError."""
        try:
            async with self._making.one(client, OWN_SECONDS, SLOT_SECONDS):
                yield
        except AllTakenError as error:
            raise BusyError("tables: all places are taken") from error


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
        except (DatabaseAwayError, TooMuchWorkError, NoRoomError, WithdrawnError) as error:
            log.warning("answer broken off", reason=str(error))


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def in_pieces(data: bytes) -> AsyncGenerator[bytes, None]:
    """Yield the bytes in pieces of PIECE_BYTES, letting others go on in between."""
    for start in range(0, len(data), PIECE_BYTES):
        yield data[start : start + PIECE_BYTES]
        await asyncio.sleep(0)
