"""Answers that are made while they are sent, piece by piece, as fast as the client reads."""

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

#: The size of a piece. Other requests go on between two pieces; compression holds one at a time.
PIECE_BYTES = 131_072
#: The answer ends if the client reads nothing for this long.
STALLED_SECONDS = 30
#: If all slots are taken, a request waits this long for one.
SLOT_SECONDS = 5


class WithdrawnError(Exception):
    """The client may no longer see the answer that is being sent; the text says why."""


class Slots:
    """Limits on the tables that are made at once, and on each client's tables under way."""

    def __init__(self, places: int, most: int) -> None:
        """places: tables made at once, half of them for one client. most: a client's under way."""
        self._making = Shares(places, max(1, places // 2))
        self._most = most
        self._under_way = Tally()

    @contextmanager
    def under_way(self, client: int) -> Iterator[None]:
        """Count a table of the client until it is sent. Raises ProblemError 429."""
        if self._under_way.of(client) >= self._most:
            detail = (
                f"This client has {self._most} tables under way, the most allowed"
                " (GRIDFEED_TABLES_PER_CLIENT); read one to its end first."
            )
            raise ProblemError(429, detail, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
        with self._under_way.one(client):
            yield

    @asynccontextmanager
    async def making(self, client: int) -> AsyncIterator[None]:
        """Hold a place while a table is made. Raises BusyError and OwnTakenError."""
        try:
            async with self._making.one(client, OWN_SECONDS, SLOT_SECONDS):
                yield
        except AllTakenError as error:
            raise BusyError("tables: all places are taken") from error


class StreamedResponse(StreamingResponse):
    """Sends bytes as they come. Closes their source at the end, even if the client goes away.

    An error after the start of the answer breaks it off: over HTTP/1.1 the last chunk is missing
    and the connection is closed, so that no client takes the part for the whole.
    """

    def __init__(
        self, content: AsyncGenerator[bytes, None], headers: Mapping[str, str], media_type: str
    ) -> None:
        """content: an async generator whose first piece is ready."""
        super().__init__(content, headers=headers, media_type=media_type)
        self._content = content

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer until it ends or the client goes away.

        Starlette's own way is not used: it cancels a second time, and so interrupts the cleanup
        after the first, such as a rollback.
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
        """Send the answer; break it off on an error."""

        async def within_patience(message: Message) -> None:
            async with asyncio.timeout(STALLED_SECONDS):
                await send(message)

        try:
            async with aclosing(self._content):
                await super().stream_response(within_patience)
        except TimeoutError:
            log.warning(
                "answer broken off", reason=f"the client read nothing for {STALLED_SECONDS} s"
            )
        except (DatabaseAwayError, TooMuchWorkError, NoRoomError, WithdrawnError) as error:
            log.warning("answer broken off", reason=str(error))


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def in_pieces(data: bytes) -> AsyncGenerator[bytes, None]:
    """Yield the bytes in pieces of PIECE_BYTES; other tasks run in between."""
    for start in range(0, len(data), PIECE_BYTES):
        yield data[start : start + PIECE_BYTES]
        await asyncio.sleep(0)
