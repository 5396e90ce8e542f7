"""Everything of this process that pushes over connections clients hold open."""

import asyncio
from contextlib import suppress

from prometheus_client import CollectorRegistry
from starlette.requests import HTTPConnection

from api.feed.audience import Audience
from api.feed.events import Batch
from api.feed.hub import Hub
from api.feed.legs import ChangeLegs
from api.feed.projects import Projects
from api.feed.reader import Reader
from api.feed.resync import gone_problem
from api.reading.database import Database
from api.web.access.admission import admission_of
from api.web.access.bearer import Bearer
from api.web.access.connections import Connections
from api.web.access.goodbye import REVOKED
from api.web.problems import unauthorized
from api.web.services import service
from gridfeed import clock
from gridfeed.domain.published.feed_position import Position
from gridfeed.settings import Settings
from gridfeed.storage.feed import GoneError


class Push:
    """One hub, its connections, and the tasks that keep both going."""

    def __init__(self, settings: Settings, database: Database, registry: CollectorRegistry) -> None:
        """`open` starts it, inside the event loop."""
        legs = ChangeLegs(registry)
        self.hub = Hub(
            database.everything,
            settings.feed_poll_seconds,
            lambda changes: legs.observe(changes, clock.now()),
        )
        self.connections = Connections(settings, database, registry)
        self.projects = Projects(database.everything)
        self.heartbeat_seconds = settings.stream_heartbeat_seconds
        self._watching: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Start; nothing is read before somebody follows."""
        self.hub.feed.open()
        self._watching = asyncio.create_task(self.connections.watch(), name="watch the grants")

    async def close(self) -> None:
        """Stop reading; streams still open are ended."""
        self.stop()
        if self._watching:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching
        await self.hub.feed.close()

    def stop(self) -> None:
        """Tell streams to go elsewhere and admit no more; whoever waits for a page is let go."""
        self.connections.stop()
        self.hub.dismiss()

    async def start(self, after: Position | None) -> Position:
        """Return where a reader begins who gave this cursor, or none: with what is new from now on.

        Raises ProblemError 410 when changes behind it are no longer kept, and DatabaseAwayError.
        """
        feed = self.hub.feed
        if after is None:
            return feed.head if feed.head and feed.following else await feed.newest()
        try:
            await feed.check(after)
        except GoneError as gone:
            raise gone_problem(gone, await feed.newest()) from None
        return after

    async def poll(
        self, bearer: Bearer, audience: Audience, after: Position, limit: int, seconds: float
    ) -> tuple[Position, list[bytes]]:
        """Return where to go on, and the changes behind a position as JSON texts.

        When there are none, it waits for the first of them, at most so long, and only while the
        grant holds. Raises as `start`, and ProblemError 401 when the token was revoked meanwhile.
        """
        try:
            batch = await self.hub.poll(audience, after, limit)
            if not batch.events and not batch.more and seconds:
                batch = await self._wait(bearer, Reader(audience, batch.end), seconds)
        except GoneError as gone:
            raise gone_problem(gone, await self.hub.feed.newest()) from None
        events = batch.events[:limit]
        end = events[-1].position if len(events) < len(batch.events) else batch.end
        return end, [event.data for event in events]

    async def _wait(self, bearer: Bearer, reader: Reader, seconds: float) -> Batch:
        with self.hub.feed.followed(), self.connections.polling(bearer, reader) as poll:
            batch = await self.hub.next(reader, seconds)
        if poll.goodbye is REVOKED:
            raise unauthorized(token_sent=True)
        return Batch(reader.position) if poll.goodbye else batch


def push_of(connection: HTTPConnection) -> Push:
    """Return the application's push."""
    return service(connection, Push)


async def bearer_of(connection: HTTPConnection) -> Bearer:
    """Return who opens a stream, by header or by the parameter `access_token`.

    Browsers cannot send headers with an EventSource or a WebSocket. Raises ProblemError
    401 or 429.
    """
    header = connection.headers.get("authorization")
    token = connection.query_params.get("access_token")
    if header is None and token:
        header = f"Bearer {token}"
    grant = await admission_of(connection).grant(connection.scope, header, at_once=False)
    return Bearer.of(grant, header)
