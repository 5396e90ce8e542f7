"""Long answers: the limits on open streams, and the rules by which the server ends them."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from api.reading.database import Database, DatabaseAwayError
from api.reading.session import Grant, TooMuchWorkError
from api.reading.shares import Tally
from api.web.access.bearer import Answer, Bearer
from api.web.access.goodbye import RECONNECT, REGRANTED, REVOKED, SLOW, Goodbye
from api.web.problems import ProblemError
from gridfeed.settings import Settings

log = structlog.get_logger()

#: The time between two checks of open streams against the grants in force.
GRANT_SECONDS = 2.0
#: The time between two searches for clients that read nothing.
LOOK_SECONDS = 0.5
#: The time that a client has to read the goodbye.
GOODBYE_SECONDS = 1.0
TOKENS_AT_ONCE = 1000
RETRY_AFTER = {"Retry-After": "10"}


class Follower(Protocol):
    """A reader of the feed over a connection."""

    def close(self) -> None:
        """End its waiting, now and for ever."""


@dataclass(eq=False, slots=True)
class Connection:
    """One open stream. goodbye: set once the server wants the stream to end."""

    bearer: Bearer
    readers: set[Follower] = field(default_factory=set)
    goodbye: Goodbye | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    _patience: asyncio.Timeout | None = None
    _sending_since: float | None = None

    def end(self, goodbye: Goodbye) -> None:
        """Ask the stream's tasks to say goodbye."""
        if self.goodbye is None:
            self.goodbye = goodbye
            self.ended.set()
            for reader in self.readers:
                reader.close()

    @asynccontextmanager
    async def patiently(self) -> AsyncIterator[None]:
        """Surround the sending of a stream. A stream that is cut ends here without an error."""
        with suppress(TimeoutError):
            async with asyncio.timeout(None) as self._patience:
                yield

    async def send(self, sending: Awaitable[None]) -> None:
        """Wait until the client has taken the data. Call inside `patiently`, one at a time."""
        self._sending_since = asyncio.get_running_loop().time()
        try:
            await sending
        finally:
            self._sending_since = None

    def look_after(self, now: float, most_seconds: float) -> None:
        """Cut the stream if the client reads nothing for too long, or not even the goodbye."""
        seconds = GOODBYE_SECONDS if self.goodbye else most_seconds
        if self._sending_since is None or now - self._sending_since < seconds:
            return
        self.goodbye = self.goodbye or SLOW
        if self._patience and not self._patience.expired():
            self._patience.reschedule(now)


class Connections:
    """All open streams, long polls and tables of this process."""

    def __init__(self, settings: Settings, database: Database, registry: CollectorRegistry) -> None:
        """Start with none open. `watch` must run as long as any is open."""
        self._settings = settings
        self._database = database
        self._open: set[Connection] = set()
        self._polls: set[Answer] = set()
        self._tables: set[Answer] = set()
        self._by_client = Tally()
        self._stopping = False
        labels = ("transport",)
        self._now = Gauge("gridfeed_streams", "Open streams", labels, registry=registry)
        self.sent = Counter("gridfeed_stream_changes", "Changes sent", labels, registry=registry)
        self._ended = Counter(
            "gridfeed_streams_ended",
            "Streams that the server ended",
            ("reason",),
            registry=registry,
        )

    def check_room(self, grant: Grant) -> None:
        """Raise ProblemError 429 if the client has all its streams open, 503 if all are open."""
        if self._stopping:
            raise ProblemError(503, RECONNECT.detail, headers=RETRY_AFTER)
        if (all_ := len(self._open) + len(self._polls)) >= self._settings.streams:
            detail = f"{all_} streams and long polls are open, the most allowed (GRIDFEED_STREAMS)."
            raise ProblemError(503, detail, headers=RETRY_AFTER)
        if (mine := self._by_client.of(grant.client_id)) >= self._settings.streams_per_client:
            detail = (
                f"This client has {mine} streams and long polls open, the most allowed"
                " (GRIDFEED_STREAMS_PER_CLIENT); close one first."
            )
            raise ProblemError(429, detail, headers=RETRY_AFTER)

    @contextmanager
    def opened(self, bearer: Bearer, transport: str) -> Iterator[Connection]:
        """Open a connection that `watch` and `stop` can end; count why the server ended it."""
        connection = Connection(bearer)
        client = bearer.grant.client_id
        self._open.add(connection)
        self._now.labels(transport).inc()
        if self._stopping:
            connection.end(RECONNECT)
        try:
            with self._by_client.one(client):
                yield connection
        finally:
            self._open.discard(connection)
            self._now.labels(transport).dec()
            if connection.goodbye:
                self._ended.labels(connection.goodbye.reason).inc()

    @contextmanager
    def polling(self, bearer: Bearer, reader: Follower) -> Iterator[Answer]:
        """Let a long poll's reader wait until the grant or this process ends.

        Raises ProblemError as `check_room`.
        """
        poll = Answer(bearer, ended=reader.close)
        if self._stopping:
            poll.end(RECONNECT)
        else:
            self.check_room(bearer.grant)
        with self._by_client.one(bearer.grant.client_id), _among(self._polls, poll):
            yield poll

    @contextmanager
    def table(self, bearer: Bearer) -> Iterator[Answer]:
        """Register a table while it is sent, so that it ends when the grant ends."""
        with _among(self._tables, Answer(bearer)) as table:
            yield table

    async def drained(self, seconds: float) -> None:
        """Wait until no stream is open, at most this many seconds."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while self._open and loop.time() < until:  # noqa: ASYNC110 - once in a process's life
            await asyncio.sleep(0.02)

    def stop(self) -> None:
        """End all streams and long polls, and admit no more: this process is about to stop."""
        self._stopping = True
        for connection in self._open:
            connection.end(RECONNECT)
        for poll in self._polls:
            poll.end(RECONNECT)

    async def watch(self) -> None:
        """Look after all open answers until cancelled.

        Answers to a revoked or changed grant are ended; streams whose clients read nothing are cut.
        One task serves all of them, because a timer for each message would cost more.
        """
        loop = asyncio.get_running_loop()
        granted_at = loop.time()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = loop.time()
            for connection in list(self._open):
                connection.look_after(now, self._settings.stream_send_seconds)
            if now - granted_at >= GRANT_SECONDS:
                granted_at = now
                with suppress(DatabaseAwayError, TooMuchWorkError):
                    await self._check()

    async def _check(self) -> None:
        by_token: defaultdict[bytes, list[Connection | Answer]] = defaultdict(list)
        every: tuple[Connection | Answer, ...] = (*self._open, *self._polls, *self._tables)
        for each in every:
            by_token[each.bearer.token_sha256].append(each)
        tokens = list(by_token)
        for first in range(0, len(tokens), TOKENS_AT_ONCE):
            asked = tokens[first : first + TOKENS_AT_ONCE]
            granted = await self._database.authenticate_all(asked)
            for token in asked:
                for each in by_token[token]:
                    _compare(each, granted.get(token))


@contextmanager
def _among(answers: set[Answer], answer: Answer) -> Iterator[Answer]:
    answers.add(answer)
    try:
        yield answer
    finally:
        answers.discard(answer)


def _compare(each: Connection | Answer, grant: Grant | None) -> None:
    if grant is None:
        log.info("stream ended", client=each.bearer.grant.name, reason=REVOKED.reason)
        each.end(REVOKED)
    elif grant != each.bearer.grant:
        each.end(REGRANTED)
