"""Security headers of every answer, for browsers and caches."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Browsers must not guess another media type, nor tell other sites the URL, which may have a token.
EVERYWHERE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
#: Data may load nothing and may not be shown in a frame.
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
#: Pages load scripts and styles only from this server. Inline scripts are allowed, because the page
#: /docs has one and no page shows text that a client wrote.
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
NOT_KEPT = "no-store"
_STARTS = {"http.response.start", "websocket.http.response.start"}


class Guarded:
    """ASGI middleware that adds the security headers."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers that the answer does not set itself."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] in _STARTS:
                message = {**message, "headers": _with_guards(scope, message)}
            await send(message)

        await self._app(scope, receive, guarded)


def _with_guards(scope: Scope, start: Message) -> list[tuple[bytes, bytes]]:
    headers = MutableHeaders(raw=list(start["headers"]))
    is_page = headers.get("content-type", "").startswith("text/html")
    headers.setdefault("Content-Security-Policy", PAGE_POLICY if is_page else DATA_POLICY)
    for name, value in EVERYWHERE.items():
        headers.setdefault(name, value)
    # A refusal holds only for the moment, and an answer to a token is for its holder alone.
    if start["status"] >= 400 or _holds_token(scope):
        headers.setdefault("Cache-Control", NOT_KEPT)
    return headers.raw


def _holds_token(scope: Scope) -> bool:
    return "authorization" in Headers(scope=scope) or b"token=" in scope["query_string"]
