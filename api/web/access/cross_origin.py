"""CORS: which pages of other origins may read the API from a browser.

None, unless GRIDFEED_API_CORS_ORIGINS names them. A page sends its token itself, in a header; there
are no cookies that a page of somebody else could use.
"""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.web.problems import ProblemError

#: The data, and the metadata that tells where it is.
PATHS = ("/cds/", "/v1/", "/.well-known/")
METHODS = ("GET", "HEAD", "POST", "PATCH", "DELETE")
#: Headers that a page may send, besides those that every page may.
SENT = ("Authorization", "If-None-Match", "Last-Event-ID", "Content-Type")
#: Headers of an answer that a page may read, besides those that every page may.
READ = ("ETag", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "WWW-Authenticate",
        "Content-Disposition")  # fmt: skip
#: How long a browser may remember what it may send.
REMEMBERED_SECONDS = 600


class _Cors(CORSMiddleware):
    def preflight_response(self, request_headers: Headers) -> Response:
        """Answer a browser that asks; a refusal is a problem document as everywhere."""
        answer = super().preflight_response(request_headers)
        if answer.status_code < 400:
            return answer
        detail = (
            f"A page of {request_headers['origin']} may not send this request"
            f" ({bytes(answer.body).decode()}); GRIDFEED_API_CORS_ORIGINS names the origins."
        )
        return ProblemError(answer.status_code, detail, headers={"Vary": "Origin"}).response()


class CrossOrigin:
    """ASGI middleware: answers browsers that ask first, and lets pages read what they get."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        """`origins`: of the pages that may, as https://app.example.com; * is every one."""
        self._app = app
        self._cors = _Cors(
            app,
            allow_origins=origins,
            allow_methods=METHODS,
            allow_headers=SENT,
            expose_headers=READ,
            max_age=REMEMBERED_SECONDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass other paths on as they are: probes and pages of this server are its own."""
        is_data = scope["type"] == "http" and scope["path"].startswith(PATHS)
        await (self._cors if is_data else self._app)(scope, receive, send)
