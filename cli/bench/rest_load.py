"""A very cheap client: it sends one request after the other on each kept connection."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import cast

from cli.bench.contender import ContenderError
from cli.local.service import HOST

#: The longest time that a connection may be without an answer.
SILENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Ask:
    """The request to one contender, and the status that each answer must have."""

    status: int
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Whether each request has another URL, by a parameter that listings ignore.
    ever_new: bool = False

    def requests(self, run: str) -> Iterator[bytes]:
        """Yield requests without end. run: makes the URLs of two runs differ."""
        rest = _rest_of_head(self.headers)
        for number in count():
            mark = f"&new={run}-{number}" if self.ever_new else ""
            yield f"GET {self.path}{mark}{rest}".encode()


@dataclass(frozen=True, slots=True)
class AskOnce:
    """Requests of other paths in every run, each sent once. paths: by run, all without repeats."""

    status: int
    paths: Mapping[str, Sequence[str]]
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Return one of the paths, as an example."""
        return next(path for paths in self.paths.values() for path in paths)

    def requests(self, run: str) -> Iterator[bytes]:
        """Yield the requests of a run."""
        rest = _rest_of_head(self.headers)
        for path in self.paths[run]:
            yield f"GET {path}{rest}".encode()


@dataclass(frozen=True, slots=True)
class Answered:
    """The number of answers and the seconds. client_share: the client's share of one processor."""

    answers: int
    seconds: float
    client_share: float

    @property
    def per_second(self) -> float:
        """Return the number of answers per second."""
        return self.answers / self.seconds


async def load(
    port: int, ask: Ask | AskOnce, run: str, connections: int, seconds: float
) -> Answered:
    """Send requests on all connections for `seconds`, or until there are no more.

    Raises ContenderError for a wrong answer.
    """
    loop = asyncio.get_running_loop()
    requests = ask.requests(run)
    began, spent = time.perf_counter(), time.process_time()
    opened: list[_Connection] = []
    for _ in range(connections):
        made = await loop.create_connection(
            lambda: _Connection(requests, ask.status, began + seconds), HOST, port
        )
        opened.append(made[1])
    try:
        async with asyncio.timeout(seconds + SILENCE_SECONDS):
            await asyncio.gather(*(each.done for each in opened))
    except TimeoutError as error:
        raise ContenderError(f"{ask.path}: no answer in {SILENCE_SECONDS:.0f} s") from error
    finally:
        for each in opened:
            each.close()
    return _answered(opened, began, spent)


def _rest_of_head(headers: Mapping[str, str]) -> str:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f" HTTP/1.1\r\nHost: {HOST}\r\n{lines}\r\n"


def _answered(opened: Sequence["_Connection"], began: float, spent: float) -> Answered:
    elapsed = time.perf_counter() - began
    share = (time.process_time() - spent) / elapsed
    return Answered(sum(each.answers for each in opened), elapsed, share)


class _Connection(asyncio.Protocol):
    """Sends the next request once the last answer is complete, until the deadline."""

    def __init__(self, requests: Iterator[bytes], status: int, deadline: float) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.answers = 0
        self._requests = requests
        self._status = str(status).encode()
        self._deadline = deadline
        self._received = b""
        self._length: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send_next()

    def connection_lost(self, _error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(ContenderError("the API closed a connection"))

    def close(self) -> None:
        self.done.cancel()
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._length is None:
            self._length = self._length_of_answer()
        if self._length is None or len(self._received) < self._length or self.done.done():
            return
        self._received, self._length = b"", None
        self.answers += 1
        self._send_next()

    def _send_next(self) -> None:
        """Send the next request, if there is one and the time is not over; at least one is sent."""
        is_due = not self.answers or time.perf_counter() < self._deadline
        if is_due and (request := next(self._requests, None)):
            self._transport.write(request)
        else:
            self.done.set_result(None)

    def _length_of_answer(self) -> int | None:
        """Return the length of the answer with its head; None while the head is incomplete."""
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self._received[:end].lower()
        if head[9:12] != self._status and not self.done.done():
            said = self._received[:500].decode("latin-1")
            self.done.set_exception(ContenderError(f"not {self._status.decode()}: {said}"))
        _, found, rest = head.partition(b"\r\ncontent-length: ")
        body = int(rest.partition(b"\r\n")[0]) if found and self._status != b"304" else 0
        return end + 4 + body
