"""Common parts of the routes: JSON answers and the URLs of neighbouring pages."""

from collections.abc import Callable
from urllib.parse import quote

from fastapi import Request, Response

from api.reading.cursor import Cursor
from api.web.page import linker
from api.web.services import service
from gridfeed.settings import Settings


def json_response(body: bytes) -> Response:
    """Return a JSON text as an answer; `api.web.transport` adds the validators."""
    return Response(body, media_type="application/json")


def base_url(request: Request) -> str:
    """Return the public URL of the API, without a slash at the end."""
    base = service(request, Settings).api_url or str(request.base_url)
    return base.rstrip("/")


def own_url(request: Request) -> str:
    """Return the absolute URL of the request without its query; GRIDFEED_API_URL is its base."""
    # The path of a request is decoded: an id in it may contain #, ?, % and letters of any script.
    return base_url(request) + quote(request.scope["path"], safe="/:")


def links(request: Request) -> Callable[[Cursor], str]:
    """Return a function that makes the absolute URL of a cursor's page in this listing."""
    return linker(own_url(request), request.query_params.multi_items())
