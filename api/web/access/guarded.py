"""Headers of every answer that keep browsers and caches from making more of it than it is."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: No answer is sniffed for another type; no address, which may hold a token, is told to others.
EVERYWHERE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
#: Data loads nothing and stands in no frame.
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
#: Pages take scripts and styles from this server alone. That of /docs has a script of its own, and
#: no page shows what a client has written.
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
NOT_KEPT = "no-store"
_STARTS = {"http.response.start", "websocket.http.response.start"}


class Guarded:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add what the answer does not say itself."""
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
    # A refusal is of this moment, and what a token opens is nobody else's.
    if start["status"] >= 400 or _holds_token(scope):
        headers.setdefault("Cache-Control", NOT_KEPT)
    return headers.raw


def _holds_token(scope: Scope) -> bool:
    return "authorization" in Headers(scope=scope) or b"token=" in scope["query_string"]
