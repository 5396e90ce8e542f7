"""Limits of one connection: the time to send a request, and the size of the request.

httptools reads requests several times as fast as h11, but limits neither size nor time. This module
adds both limits, so h11 is not needed.
"""

import asyncio
import resource
from enum import Enum
from typing import Any

from prometheus_client import CollectorRegistry, Counter
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.web.problems import ProblemError
from api.web.transport.front import MAX_URL_BYTES, too_long
from gridfeed.settings import Settings

#: The limit leaves room for URLs that are too long, so that they usually get their own problem.
MOST_HEAD_BYTES = 4 * MAX_URL_BYTES
#: More than any path reads: the paths that take a body answer 413 much earlier.
MOST_BODY_BYTES = 16 * 2**20
#: The longest URL that httptools can parse.
LONGEST_READ_URL = 65_535
#: Open files besides clients, the database's pool and webhooks under way, which are added to it.
OTHER_FILES = 100
#: Data is read in slices of this size, so that a head is measured while it arrives.
SLICE_BYTES = MAX_URL_BYTES


class Patience:
    """The limits: seconds that a client may take, and the number of connections."""

    def __init__(self, settings: Settings, registry: CollectorRegistry) -> None:
        """Read the settings. Leave open files for everything that is not a client."""
        self.head_seconds = settings.api_head_seconds
        self.body_seconds = settings.api_body_seconds
        self.idle_seconds = settings.api_idle_seconds
        others = OTHER_FILES + settings.database_pool + settings.webhook_concurrency
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.most_connections = max(files // 2, files - others)
        self._refused = Counter(
            "gridfeed_api_connections_refused",
            "Connections that were closed at once because files are left for no more",
            registry=registry,
        )

    def refused(self) -> None:
        """Count a connection that was refused."""
        self._refused.inc()


class Stage(Enum):
    """The part of a request that the client must send next."""

    NOTHING = "nothing"
    HEAD = "head"
    BODY = "body"


class GuardedConnection(HttpToolsProtocol):
    """A connection that is closed when a client takes too long or sends too much.

    It has one deadline at a time. `look_after` compares the deadline with the clock, because a
    timer for each request would cost more.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """Pass on uvicorn's arguments. uvicorn's configuration has our `patience`."""
        super().__init__(*arguments, **named)
        self._patience: Patience = self.config.patience  # type: ignore[attr-defined]
        self._stage = Stage.NOTHING
        self._bytes = 0
        self._deadline: float | None = None
        self._untaken_until: float | None = None
        self._fault: ProblemError | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first head; refuse the client if there are too many connections."""
        super().connection_made(transport)
        if len(self.connections) > self._patience.most_connections:
            self._patience.refused()
            transport.abort()
        self._within(self._patience.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._deadline = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read the received data and count its bytes."""
        for start in range(0, len(data), SLICE_BYTES):
            part = data[start : start + SLICE_BYTES] if len(data) > SLICE_BYTES else data
            super().data_received(part)
            if self.transport.is_closing():
                return
            if (other := self.transport.get_protocol()) is not self:  # now it is a WebSocket
                if rest := data[start + SLICE_BYTES :]:
                    other.data_received(rest)  # type: ignore[attr-defined]
                return
            self._bytes += len(part)
            self._refuse_too_much()

    def on_message_begin(self) -> None:
        """Wait for the rest of a head. A new connection already has this deadline."""
        super().on_message_begin()
        self._stage, self._bytes = Stage.HEAD, 0
        if self.cycle is not None:
            self._within(self._patience.head_seconds)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header. Trailers, which follow a body, are ignored."""
        if self._stage is Stage.HEAD:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start the answer; wait for the body."""
        if len(self.url) > LONGEST_READ_URL:
            self._fault = too_long(len(self.url))
            raise self._fault
        self._stage, self._bytes = Stage.BODY, 0
        self._within(self._patience.body_seconds)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Stop waiting while the answer is made and sent: other limits apply to that."""
        super().on_message_complete()
        self._stage, self._deadline = Stage.NOTHING, None
        if self.cycle is not None and self.cycle.response_complete:
            self._within(self._patience.idle_seconds)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        if self._stage is Stage.NOTHING and self.cycle.response_complete:
            self._within(self._patience.idle_seconds)

    def pause_writing(self) -> None:
        """Wait for the client to read the buffered data."""
        super().pause_writing()
        self._untaken_until = self.loop.time() + self._patience.idle_seconds

    def resume_writing(self) -> None:
        """Stop waiting for the client to read."""
        super().resume_writing()
        self._untaken_until = None

    def look_after(self, now: float) -> None:
        """Close the connection if its client has taken too long."""
        if self._untaken_until is not None and now >= self._untaken_until:
            self.transport.abort()
            return
        if self._deadline is None or now < self._deadline:
            return
        if self.transport.is_closing():
            self.transport.abort()  # the client did not read the refusal
        elif self.flow.read_paused:  # the server must read on, not the client send
            self._within(self._patience.body_seconds)
        elif self._stage is Stage.NOTHING and self.transport.get_write_buffer_size():
            self.transport.abort()  # the client did not read its answer in time
        elif self._stage is Stage.NOTHING:
            self.transport.close()
        else:
            detail = f"The request's {self._stage.value} did not arrive in time."
            self._refuse(ProblemError(408, detail))

    def send_400_response(self, msg: str) -> None:
        """Refuse data that is not HTTP, with a problem document as everywhere."""
        self._refuse(self._fault or ProblemError(400, msg))

    def _within(self, seconds: float) -> None:
        self._deadline = self.loop.time() + seconds

    def _refuse_too_much(self) -> None:
        if self._stage is Stage.HEAD and self._bytes > MOST_HEAD_BYTES:
            detail = f"The request's head is longer than {MOST_HEAD_BYTES} bytes."
            self._refuse(ProblemError(431, detail))
        elif self._stage is Stage.BODY and self._bytes > MOST_BODY_BYTES:
            detail = f"The request's body is longer than {MOST_BODY_BYTES} bytes."
            self._refuse(ProblemError(413, detail))

    def _refuse(self, problem: ProblemError) -> None:
        """Send the problem and close; if another request's answer is due, only close."""
        cycle = self.cycle
        if (
            cycle is None
            or cycle.response_complete
            or not (cycle.response_started or self.pipeline)
        ):
            if cycle is not None:
                cycle.disconnected = True  # so the application stops answering this request
            self.transport.write(_as_bytes(problem, self.server_state.default_headers))
        self.transport.close()
        self._within(self._patience.head_seconds)


def _as_bytes(problem: ProblemError, headers: list[tuple[bytes, bytes]]) -> bytes:
    answer = problem.response()
    lines = [*headers, *answer.raw_headers, (b"connection", b"close")]
    head = b"".join(name + b": " + value + b"\r\n" for name, value in lines)
    title = problem.title.encode()
    return b"HTTP/1.1 %d %b\r\n%b\r\n%b" % (problem.status, title, head, bytes(answer.body))
