"""A connection that reads server-sent events as RFC 9112 and the HTML standard say."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One block of a stream. name and data are empty where it only moves the cursor."""

    name: str
    data: bytes
    id: str | None
    retry: int | None


class EventConnection(asyncio.Protocol):
    """`on_event` gets every event in order; `ended` becomes the status, once it is closed."""

    def __init__(self, request: bytes, on_event: Callable[[ServerEvent], None]) -> None:
        self._request, self._on_event = request, on_event
        self._raw, self._text = bytearray(), b""
        self._in_body = False
        self.status = 0
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._raw += data
        if not self._in_body:
            head, found, rest = self._raw.partition(b"\r\n\r\n")
            if not found:
                return
            self.status = int(head.split(b" ", 2)[1])
            self._raw, self._in_body = bytearray(rest), True
        if self.status == 200:
            self._unchunk()

    def _unchunk(self) -> None:
        raw, place, parts = bytes(self._raw), 0, [self._text]
        while (line := raw.find(b"\r\n", place)) >= 0:
            end = line + 2 + int(raw[place:line], 16)
            if len(raw) < end + 2:
                break
            parts.append(raw[line + 2 : end])
            place = end + 2
        self._raw = bytearray(raw[place:])
        *blocks, self._text = b"".join(parts).split(b"\n\n")
        for block in blocks:
            if self.transport.is_closing():  # killed in the midst of it
                return
            self._on_event(_parsed(block))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(self.status)


def _parsed(block: bytes) -> ServerEvent:
    name, data, event_id, retry = "", [], None, None
    for line in block.split(b"\n"):
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"event":
            name = value.decode()
        elif field == b"data":
            data.append(value)
        elif field == b"id":
            event_id = value.decode()
        elif field == b"retry":
            retry = int(value)
    return ServerEvent(name, b"\n".join(data), event_id, retry)
