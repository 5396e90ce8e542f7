"""Conditional requests: entity tags, 304, and remembered answers that did not change."""

from collections.abc import Callable
from datetime import datetime

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.reading.database import Database, DatabaseAwayError
from api.web.access.admission import Admission
from api.web.problems import ProblemError
from api.web.transport.freshness import Freshness
from api.web.transport.remembered import LONGEST_BODY, Answers, Key, Remembered, Since
from api.web.transport.remembered import Headers as RawHeaders
from api.web.transport.validators import cache_control, entity_tag, last_modified, matches

VALIDATED = ("/v1/", "/cds/", "/.well-known/")
CHANGES = "/v1/changes"
#: Paths whose answers depend only on the grant, the URL and the rows of this kind. Their statements
#: do not read the clock. A path whose answers depend on the present instant must not be listed
#: here: its body is its only validator.
PUBLISHED = {"/cds/v1/usage-segments", CHANGES}
COMMITTED = {"/v1/telemetry", "/v1/series"}
REMEMBERED = PUBLISHED | COMMITTED
#: A request with this parameter wants to wait, so it gets no remembered answer.
WAITS = b"wait="
#: A remembered answer is used for at most this long, in case it depends on the clock after all.
TRUSTED_SECONDS = 60
#: Headers of a 200 that its 304 repeats (RFC 9110 15.4.5).
REPEATED = ("etag", "cache-control", "last-modified", "vary")


class ConditionalRequests:
    """ASGI middleware that adds validators to every 200 of the API and answers 304.

    It handles answers of one message. Others, such as server-sent events, pass unchanged. It
    remembers answers of the paths above. Before it sends one again, it asks the database, in the
    same request, whether any transaction committed since. The token is checked as for any request.
    """

    def __init__(
        self,
        app: ASGIApp,
        admission: Admission,
        database: Database,
        monotonic: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        """monotonic: a clock in seconds that never goes back. now: the wall clock."""
        self._app = app
        self._admission = admission
        self._freshness = Freshness(database.state)
        self._monotonic = monotonic
        self._now = now
        self._answers = Answers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 304 if nothing changed; otherwise pass the request on and tag its answer."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        if not scope["path"].startswith(VALIDATED):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        asked = headers.get("if-none-match")
        key = await self._key(scope, headers, sure=bool(asked))
        since = None
        if key and (asked or not self._answers.is_first(key)):
            since = await self._since(scope)
        if key and since:
            seen = self._answers.get(key)
            if seen and await _answered_again(seen, since, asked, scope, send):
                return

        def remember(tag: str, unchanged: RawHeaders, answer: RawHeaders, body: bytes) -> None:
            if key and since:
                kept = body if len(body) <= LONGEST_BODY else None
                route = scope.get("route")
                self._answers.keep(key, Remembered(since, tag, unchanged, answer, kept, route))

        cache = cache_control(scope["query_string"], self._now())
        await self._app(scope, receive, _Answer(send, asked, cache, remember))

    async def _key(self, scope: Scope, headers: Headers, *, sure: bool) -> Key | None:
        """Return the key under which the answer is remembered; None: it is not remembered.

        sure: also look up a token in the database, which the route would do anyway.
        """
        if scope["path"] not in REMEMBERED or WAITS in scope["query_string"]:
            return None
        authorization = headers.get("authorization")
        try:
            grant = self._admission.known(authorization)
            if grant or sure:
                at_once = scope["path"] != CHANGES
                grant = await self._admission.grant(scope, authorization, at_once=at_once)
        except (ProblemError, DatabaseAwayError):
            return None  # the route answers this fault better
        if grant is None:
            return None
        where = scope["scheme"], headers.get("host"), scope["path"], scope["query_string"]
        return (grant, *where, headers.get("accept"))

    async def _since(self, scope: Scope) -> Since | None:
        """Return the present state of the database; None if it is away."""
        try:
            state = await self._freshness.state()
        except DatabaseAwayError:
            return None
        period = f" {self._monotonic() // TRUSTED_SECONDS}"
        tagged = state.published if scope["path"] in PUBLISHED else state.committed
        # A watermark changes the body but not the tag; with as_of, pruning of the past can do so.
        return Since(tagged + period, state.committed + period)


async def _answered_again(
    seen: Remembered, since: Since, asked: str | None, scope: Scope, send: Send
) -> bool:
    """Send the remembered answer, or its 304, if it still holds; return whether it was sent."""
    if asked and seen.since.tagged == since.tagged and matches(asked, seen.tag):
        scope["route"] = seen.route
        await _send_unchanged(send, seen.unchanged)
        return True
    if seen.body is None or seen.since.whole != since.whole:
        return False
    scope["route"] = seen.route
    await send({"type": "http.response.start", "status": 200, "headers": list(seen.headers)})
    await send({"type": "http.response.body", "body": seen.body})
    return True


class _Answer:
    """The application's answer on its way to the client."""

    def __init__(
        self,
        send: Send,
        asked: str | None,
        cache: str,
        remember: Callable[[str, RawHeaders, RawHeaders, bytes], None],
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
        # The answer depends on the token, and some paths answer in several media types.
        headers.add_vary_header("Authorization")
        headers.add_vary_header("Accept")
        if modified := last_modified(body):
            headers.setdefault("Last-Modified", modified)
        repeated = _repeated(headers)
        self._remember(tag, repeated, list(headers.raw), body)
        if self._asked and matches(self._asked, tag):
            await _send_unchanged(self._send, repeated)
            return
        await self._send(start)
        await self._send(message)


def _is_tagged(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == 200 and not kind.startswith("text/event-stream")


def _repeated(headers: MutableHeaders) -> RawHeaders:
    kept = MutableHeaders({name: headers[name] for name in REPEATED if name in headers})
    kept.add_vary_header("Accept-Encoding")
    return kept.raw


async def _send_unchanged(send: Send, headers: RawHeaders) -> None:
    await send({"type": "http.response.start", "status": 304, "headers": list(headers)})
    await send({"type": "http.response.body", "body": b""})
