"""CORS: the origins whose pages may read the API from a browser.

No origin may, unless GRIDFEED_API_CORS_ORIGINS names it. A page sends its token itself, in a
header. There are no cookies that a foreign page could use.
"""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.web.problems import ProblemError

#: Paths of the data, and of the metadata that say where the data is.
PATHS = ("/cds/", "/v1/", "/.well-known/")
METHODS = ("GET", "HEAD", "POST", "PATCH", "DELETE")
#: Headers that a page may send, beyond the headers that every page may send.
SENT = ("Authorization", "If-None-Match", "Last-Event-ID", "Content-Type")
#: Headers of an answer that a page may read, beyond the headers that every page may read.
READ = ("ETag", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "WWW-Authenticate",
        "Content-Disposition")  # fmt: skip
#: The time for which a browser may remember the answer to a preflight request.
REMEMBERED_SECONDS = 600


class _Cors(CORSMiddleware):
    def preflight_response(self, request_headers: Headers) -> Response:
        """Answer a preflight request. A refusal is a problem document, as everywhere."""
        answer = super().preflight_response(request_headers)
        if answer.status_code < 400:
            return answer
        detail = (
            f"A page of {request_headers['origin']} may not send this request"
            f" ({bytes(answer.body).decode()}); GRIDFEED_API_CORS_ORIGINS names those that may."
        )
        return ProblemError(answer.status_code, detail, headers={"Vary": "Origin"}).response()


class CrossOrigin:
    """ASGI middleware: answers preflight requests, and lets pages read their answers."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        """origins: the allowed origins, such as https://app.example.com; * allows all."""
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
        """Treat only data paths. Probes and the server's own pages need no CORS."""
        is_data = scope["type"] == "http" and scope["path"].startswith(PATHS)
        await (self._cors if is_data else self._app)(scope, receive, send)
