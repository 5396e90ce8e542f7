"""What the routes share: the JSON answer and the URLs of neighbouring pages."""

from collections.abc import Callable
from urllib.parse import quote

from fastapi import Request, Response

from api.reading.cursor import Cursor
from api.web.page import linker
from api.web.services import service
from gridfeed.settings import Settings


def json_response(body: bytes) -> Response:
    """Return a finished JSON text as an answer; `api.web.transport` adds its validators."""
    return Response(body, media_type="application/json")


def base_url(request: Request) -> str:
    """Return where the API is for the public, without a slash at the end."""
    base = service(request, Settings).api_url or str(request.base_url)
    return base.rstrip("/")


def own_url(request: Request) -> str:
    """Return the absolute URL of the request without its query; GRIDFEED_API_URL is its base."""
    # The path of a request is decoded: an id in it may hold #, ?, % and letters of any script.
    return base_url(request) + quote(request.scope["path"], safe="/:")


def links(request: Request) -> Callable[[Cursor], str]:
    """Return what makes a cursor the absolute URL of its page of this listing."""
    return linker(own_url(request), request.query_params.multi_items())
