"""gzip and zstd for answers that are worth it, never for streams that have to arrive at once.

The library decides by a list of media types which all its users in a process share. Where ours
differs, the library is shown another media type on the way out, and the client sees the true one.
"""

from typing import TypeAlias

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware

Headers: TypeAlias = list[tuple[bytes, bytes]]

#: Below this an answer travels in one packet anyway.
MINIMUM_BYTES = 1_000
#: A page of segments becomes eight times smaller in a few milliseconds.
ZSTD_LEVEL, GZIP_LEVEL = 3, 4

#: Server-sent events have to arrive one by one; metrics are scraped inside a cluster.
NEVER = (b"text/event-stream", b"text/plain")
ALSO = (b"application/problem+json", b"text/csv", b"application/vnd.apache.arrow.stream")
#: What the library is shown: it compresses the one and leaves the other as it is.
_SHOWN = {
    **dict.fromkeys(ALSO, b"application/json"),
    **dict.fromkeys(NEVER, b"application/octet-stream"),
}
_NAME, _TRUE = b"content-type", b"gridfeed-content-type"


def install(app: FastAPI) -> None:
    """Compress what the application answers, as the client accepts it."""
    app.add_middleware(Compression)


class Compression:
    """ASGI middleware: the library's, with media types of our own."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app
        self._compressing = CompressMiddleware(
            self._shown,
            minimum_size=MINIMUM_BYTES,
            brotli=False,
            zstd_level=ZSTD_LEVEL,
            gzip_level=GZIP_LEVEL,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer through the library; give the answer its true media type back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def true(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _with_true_type(message["headers"])
            await send(message)

        await self._compressing(scope, receive, true)

    async def _shown(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def shown(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _with_shown_type(message["headers"])}
            await send(message)

        await self._app(scope, receive, shown)


def _with_shown_type(headers: Headers) -> Headers:
    """Return the headers as the library is to see them; the true media type stands at the end."""
    true = next((value for name, value in headers if name == _NAME), b"")
    other = _SHOWN.get(true.partition(b";")[0].strip().lower())
    if other is None:
        return list(headers)
    changed = [(name, other if name == _NAME else value) for name, value in headers]
    return [*changed, (_TRUE, true)]


def _with_true_type(headers: Headers) -> Headers:
    true = next((value for name, value in headers if name == _TRUE), None)
    if true is None:
        return headers
    kept = (header for header in headers if header[0] != _TRUE)
    return [(name, true if name == _NAME else value) for name, value in kept]
