"""gzip and zstd for answers that gain by it, never for streams whose parts must arrive at once.

The library decides by a list of media types that all its users in a process share. Where our list
differs, the library sees another media type on the way out; the client sees the true one.
"""

from typing import TypeAlias

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware

Headers: TypeAlias = list[tuple[bytes, bytes]]

#: A shorter answer fits one packet anyway.
MINIMUM_BYTES = 1_000
#: A page of segments becomes eight times smaller in a few milliseconds.
ZSTD_LEVEL, GZIP_LEVEL = 3, 4

#: Server-sent events must arrive one by one. Metrics are scraped inside a cluster.
NEVER = (b"text/event-stream", b"text/plain")
ALSO = (b"application/problem+json", b"text/csv", b"application/vnd.apache.arrow.stream")
#: The media type that the library sees: it compresses JSON, and leaves octet streams unchanged.
_SHOWN = {
    **dict.fromkeys(ALSO, b"application/json"),
    **dict.fromkeys(NEVER, b"application/octet-stream"),
}
_NAME, _TRUE = b"content-type", b"gridfeed-content-type"


def install(app: FastAPI) -> None:
    """Compress the application's answers as the client accepts."""
    app.add_middleware(Compression)


class Compression:
    """ASGI middleware: the library's middleware with our media types."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app
        self._compressing = CompressMiddleware(
            self._shown,
            minimum_size=MINIMUM_BYTES,
            brotli=False,
            zstd_level=ZSTD_LEVEL,
            gzip_level=GZIP_LEVEL,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer through the library, then restore the answer's true media type."""
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
    """Return the headers for the library, with the true media type in an extra header."""
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
