"""One subscription of a WebSocket: a reader of the feed that may be held back."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from api.feed.hub import Hub
from api.feed.reader import Reader
from api.feed.websocket.messages import SubscribedChange, subscribed_change
from api.web.access.connections import Connection
from gridfeed.domain.published.feed_position import Position, cursor

Send = Callable[[SubscribedChange], Awaitable[None]]


class Subscription:
    """Sends changes for as long as `run` runs.

    window: how many may be sent without having been acknowledged; None: any number.
    """

    def __init__(self, name: str, reader: Reader, window: int | None) -> None:
        """The reader stands where it begins."""
        self.name = name
        self._reader, self._window = reader, window
        self._sent = self._acknowledged = reader.position
        self._unacknowledged: deque[Position] = deque()
        self._room = asyncio.Event()

    @property
    def cursor(self) -> str:
        """Return where to go on: behind what was acknowledged if there is a window, else sent."""
        return cursor(self._sent if self._window is None else self._acknowledged)

    def acknowledge(self, through: Position) -> None:
        """Take note that everything up to there was dealt with, so far as it was sent."""
        self._acknowledged = max(self._acknowledged, min(through, self._sent))
        while self._unacknowledged and self._unacknowledged[0] <= through:
            self._unacknowledged.popleft()
        self._room.set()

    async def run(self, hub: Hub, connection: Connection, send: Send, counted: "Count") -> None:
        """Send what comes, until cancelled or the connection is ended. Raises GoneError."""
        connection.readers.add(self._reader)
        try:
            while not connection.goodbye:
                batch = await hub.next(self._reader, 60.0)
                for event in batch.events:
                    await self._have_room()
                    await send(subscribed_change(self.name, event))
                    self._note(event.position)
                    counted(1)
                self._reader.position = self._sent = batch.end
                if not self._unacknowledged:
                    self._acknowledged = batch.end
        finally:
            connection.readers.discard(self._reader)

    def _note(self, sent: Position) -> None:
        self._sent = sent
        if self._window is not None:
            self._unacknowledged.append(sent)

    async def _have_room(self) -> None:
        while self._window is not None and len(self._unacknowledged) >= self._window:
            self._room.clear()
            await self._room.wait()


Count = Callable[[float], None]
