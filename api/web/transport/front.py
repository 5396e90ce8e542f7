"""The first steps of a request: refuse a URL that is too long, and treat HEAD as GET."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.web.problems import ProblemError

#: The scope's key that marks a GET whose answer is sent without its body. The body need not be
#: made.
WITHOUT_BODY = "gridfeed.without_body"
#: A thousand ids of 30 characters fit.
MAX_URL_BYTES = 32_768


class Front:
    """ASGI middleware that limits the URL and answers HEAD."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a URL that is too long with 414. Answer HEAD like GET, without the body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif (length := _url_length(scope)) > MAX_URL_BYTES:
            await too_long(length).response()(scope, receive, send)
        elif scope["method"] == "HEAD":
            # A copy, because the server reads the method in its own scope to expect no body.
            as_get = {**scope, "method": "GET", WITHOUT_BODY: True}
            await self._app(as_get, receive, _without_body(send))
            scope["route"] = as_get.get("route")
        else:
            await self._app(scope, receive, send)


def _url_length(scope: Scope) -> int:
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    return len(path) + len(query) + bool(query)


def too_long(length: int) -> ProblemError:
    """Return the answer to a URL of `length` bytes."""
    detail = f"The URL has {length} bytes; at most {MAX_URL_BYTES} are accepted: ask for parts."
    return ProblemError(414, detail)


def _without_body(send: Send) -> Send:
    async def headers_only(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return headers_only
