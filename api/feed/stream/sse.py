"""The feed as server-sent events, on FastAPI's response and with its encoding."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from random import randint
from typing import Annotated, Any

from fastapi.sse import EventSourceResponse, format_sse_event
from msgspec import UNSET, UnsetType
from starlette.types import Message, Send

from api.feed.audience import Audience
from api.feed.hub import Hub
from api.feed.reader import Reader
from api.feed.resync import recipe
from api.feed.shared import PASSING
from api.web.access.bearer import Bearer
from api.web.access.connections import Connection, Connections
from api.web.access.goodbye import RECONNECT, REGRANTED, RESYNC, RETRY_MILLISECONDS, REVOKED
from api.web.access.goodbye import Goodbye as Ending
from api.web.shapes import Shape, as_json, means
from gridfeed.domain.published.feed_position import Position, cursor
from gridfeed.storage.feed import GoneError

#: A comment without the empty line that would end an event: some clients take that for one.
HEARTBEAT = b":\n"
#: Proxies must neither keep nor collect what they pass on. Pages of any origin may listen, for they
#: need a token; there are no cookies.
HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "Access-Control-Allow-Origin": "*",
}


_ENDINGS = (RECONNECT, REGRANTED, REVOKED, RESYNC)


class Goodbye(Shape):
    """Why the server ends a stream."""

    reason: Annotated[str, means("; ".join(f"{each.reason}: {each.detail}" for each in _ENDINGS))]
    detail: Annotated[str, means("the reason in words")]
    oldest: Annotated[
        str | UnsetType,
        means("resync: the oldest cursor from which no change is missing"),
    ] = UNSET
    newest: Annotated[str | UnsetType, means("resync: the cursor to continue from")] = UNSET
    resynchronise: Annotated[list[str] | UnsetType, means("resync: what to do, step by step")] = (
        UNSET
    )


@dataclass(frozen=True, slots=True)
class Order:
    """What to send to whom: everything the audience sees behind the position.

    resumed: the client knows its cursor already.
    """

    bearer: Bearer
    audience: Audience
    position: Position
    resumed: bool
    heartbeat_seconds: float


class EventStream(EventSourceResponse):
    """Sends until the client goes, or the server ends the connection."""

    def __init__(self, hub: Hub, connections: Connections, order: Order) -> None:
        """Nothing happens before it is sent."""
        self._hub, self._connections, self._order = hub, connections, order
        super().__init__(self._nothing(), headers=HEADERS)

    async def stream_response(self, send: Send) -> None:
        """Send the feed; a client that takes nothing for too long is cut off."""
        with (
            self._connections.opened(self._order.bearer, "sse") as connection,
            self._hub.reading(self._order.audience, self._order.position) as reader,
        ):
            connection.readers.add(reader)
            self.body_iterator = self._chunks(connection, reader)
            async with connection.patiently():
                await super().stream_response(partial(_send, connection, send))

    async def _nothing(self) -> AsyncIterator[bytes]:
        return
        yield b""  # makes it a generator

    async def _chunks(self, connection: Connection, reader: Reader) -> AsyncIterator[bytes]:
        sent = self._connections.sent.labels("sse")
        yield opening(None if self._order.resumed else reader.position)
        try:
            while True:
                batch = await self._hub.next(reader, self._order.heartbeat_seconds)
                if connection.goodbye:
                    yield farewell(connection.goodbye)
                    return
                if batch.events:
                    sent.inc(len(batch.events))
                    yield batch.sse
                elif batch.end != reader.position:
                    yield where(batch.end)
                else:
                    yield HEARTBEAT
                reader.position = batch.end
        except GoneError as gone:
            connection.goodbye = RESYNC
            with suppress(*PASSING):
                yield farewell(RESYNC, **recipe(gone, await self._hub.feed.newest()))


async def _send(connection: Connection, send: Send, message: Message) -> None:
    await connection.send(send(message))


def opening(start: Position | None) -> bytes:
    """Return what a stream begins with: when to come back, and from where if nothing comes."""
    retry = f"retry: {randint(*RETRY_MILLISECONDS)}\n".encode()  # noqa: S311 - spreads, hides nothing
    return retry if start is None else retry + where(start)


def where(position: Position) -> bytes:
    """Return an id without an event: a client then resumes there, and is told nothing."""
    return format_sse_event(id=cursor(position))


def farewell(ending: Ending, **recipe: Any) -> bytes:
    """Return the last event; it has no id, so the client's cursor stays."""
    goodbye = Goodbye(reason=ending.reason, detail=ending.detail, **recipe)
    return format_sse_event(
        event=ending.reason,
        data_str=as_json(goodbye).decode(),
        retry=randint(*RETRY_MILLISECONDS),  # noqa: S311
    )
