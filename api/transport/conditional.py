"""Conditional requests: entity tags, 304, and an unchanged answer without asking for it again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth import Authenticator
from api.problems import ProblemError
from api.query.database import Database, DatabaseAwayError, Grant
from api.transport.freshness import Freshness
from api.transport.validators import cache_control, entity_tag, last_modified, matches

VALIDATED = ("/v1/", "/cds/", "/.well-known/")
#: Answers that depend on the grant, the URL and these rows alone: no statement of theirs reads the
#: clock. What depends on the present instant must not stand here; its body is its validator.
PUBLISHED = {"/cds/v1/usage-segments", "/v1/changes"}
COMMITTED = {"/v1/telemetry", "/v1/series"}
#: Who waits for changes wants to hear of none no sooner than that.
WAITS = b"wait="
REMEMBERED = 10_000
#: Should one read the clock all the same, it is asked for again after this long.
TRUSTED_SECONDS = 60
#: Headers of a 200 that its 304 repeats (RFC 9110 15.4.5).
REPEATED = ("etag", "cache-control", "last-modified", "vary")

Key = tuple[Grant, str, str | None, str, bytes, str | None]


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer that was right when `state` was that of the database."""

    state: str
    tag: str
    headers: list[tuple[bytes, bytes]]
    route: object


class ConditionalRequests:
    """ASGI middleware that gives every 200 of the API validators and answers 304.

    It works on answers of one message. Others, such as server-sent events, pass untouched.
    """

    def __init__(
        self,
        app: ASGIApp,
        authenticator: Authenticator,
        database: Database,
        monotonic: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        """`monotonic` is a clock in seconds that never goes back, `now` the wall clock."""
        self._app = app
        self._authenticator = authenticator
        self._freshness = Freshness(database.state)
        self._monotonic = monotonic
        self._now = now
        self._seen: dict[Key, Seen] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 304 where nothing changed, else pass the request on and tag its answer."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        if not scope["path"].startswith(VALIDATED):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        asked = headers.get("if-none-match")
        key, state = await self._state(scope, headers) if asked else (None, "")
        seen = self._seen.get(key) if key else None
        if asked and seen and seen.state == state and matches(asked, seen.tag):
            scope["route"] = seen.route
            await _send_unchanged(send, seen.headers)
            return

        def remember(tag: str, repeated: list[tuple[bytes, bytes]]) -> None:
            if key:
                if len(self._seen) >= REMEMBERED:
                    self._seen.clear()
                self._seen[key] = Seen(state, tag, repeated, scope.get("route"))

        answer = _Answer(send, asked, cache_control(scope["query_string"], self._now()), remember)
        await self._app(scope, receive, answer)

    async def _state(self, scope: Scope, headers: Headers) -> tuple[Key | None, str]:
        """Return what names the answer, and the state of the database now; None: ask for it."""
        if scope["path"] not in PUBLISHED | COMMITTED or WAITS in scope["query_string"]:
            return None, ""
        try:
            grant = await self._authenticator.grant(headers.get("authorization"))
            state = await self._freshness.state()
        except (ProblemError, DatabaseAwayError):
            return None, ""  # the route says so better
        text = state.published if scope["path"] in PUBLISHED else state.committed
        where = scope["scheme"], headers.get("host"), scope["path"], scope["query_string"]
        key = (grant, *where, headers.get("accept"))
        return key, f"{text} {self._monotonic() // TRUSTED_SECONDS}"


class _Answer:
    """What the application sends, on its way to the client."""

    def __init__(
        self,
        send: Send,
        asked: str | None,
        cache: str,
        remember: Callable[[str, list[tuple[bytes, bytes]]], None],
    ) -> None:
        self._send = send
        self._asked = asked
        self._cache = cache
        self._remember = remember
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_tagged(message):
            self._start = message
            return
        start, self._start = self._start, None
        if start is not None and not message.get("more_body", False):
            await self._finish(start, message)
            return
        if start is not None:
            await self._send(start)
        await self._send(message)

    async def _finish(self, start: Message, message: Message) -> None:
        body = message.get("body", b"")
        headers = MutableHeaders(raw=start["headers"])
        tag = headers.setdefault("ETag", entity_tag(body))
        headers.setdefault("Cache-Control", self._cache)
        # One token's answer is not another's, and some paths answer in several media types.
        headers.add_vary_header("Authorization")
        headers.add_vary_header("Accept")
        if modified := last_modified(body):
            headers.setdefault("Last-Modified", modified)
        repeated = _repeated(headers)
        self._remember(tag, repeated)
        if self._asked and matches(self._asked, tag):
            await _send_unchanged(self._send, repeated)
            return
        await self._send(start)
        await self._send(message)


def _is_tagged(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == 200 and not kind.startswith("text/event-stream")


def _repeated(headers: MutableHeaders) -> list[tuple[bytes, bytes]]:
    kept = MutableHeaders({name: headers[name] for name in REPEATED if name in headers})
    kept.add_vary_header("Accept-Encoding")
    return kept.raw


async def _send_unchanged(send: Send, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": 304, "headers": list(headers)})
    await send({"type": "http.response.body", "body": b""})
