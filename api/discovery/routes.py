"""What the server says of itself to everybody: its metadata, and the documentation it points to."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

import gridfeed
from api.discovery import query as discovery
from api.discovery.metadata import (
    OAUTH_EXAMPLE,
    OAUTH_METADATA,
    SERVER_EXAMPLE,
    SERVER_METADATA,
    Publisher,
    oauth_metadata,
    server_metadata,
)
from api.discovery.value_types_page import PATH as VALUE_TYPES
from api.discovery.value_types_page import page
from api.discovery.welcome import PATH as WELCOME
from api.discovery.welcome import page as welcome
from api.web.access.auth import database_of
from api.web.answers import base_url
from api.web.describe import open_to_all, public
from api.web.services import service
from api.web.shapes import Shape, answer, as_json

#: Clients may keep it for five minutes.
CACHED = {"Cache-Control": "public, max-age=300"}

router = APIRouter(tags=["Discovery"])


@router.get(
    WELCOME,
    response_class=HTMLResponse,
    **open_to_all(
        "Links to the documentation",
        {"text/html": {"schema": {"type": "string"}}},
        {200: "A page for people."},
    ),
)
async def show_welcome(request: Request) -> Response:
    """Answer a page that leads to the documentation, the documents and the status."""
    name = service(request, Publisher).name
    return HTMLResponse(welcome(name, gridfeed.__version__), headers=CACHED)


@router.get(
    SERVER_METADATA,
    **public(
        "Server metadata",
        "The publisher and links to its APIs (CDS-WG1-01 3.2). Needs no token.",
        answer(SERVER_EXAMPLE),
    ),
)
async def show_server_metadata(request: Request) -> Response:
    """Answer the CDS server metadata."""
    publisher = service(request, Publisher)
    created = await discovery.created(database_of(request))
    return _public(server_metadata(base_url(request), publisher, created))


@router.get(
    OAUTH_METADATA,
    **public(
        "API metadata",
        "The listings, their value types and certificate formats (CDS-WG3-01 5), at the place of"
        " the authorization server metadata. There is no OAuth server, so its endpoints are absent;"
        " the operator makes tokens. Needs no token.",
        answer(OAUTH_EXAMPLE),
    ),
)
async def show_oauth_metadata(request: Request) -> Response:
    """Answer the authorization server metadata with the APIs."""
    formats = await discovery.eac_formats(database_of(request))
    return _public(oauth_metadata(base_url(request), formats))


@router.get(
    VALUE_TYPES,
    response_class=HTMLResponse,
    **open_to_all(
        "Value types, explained",
        {"text/html": {"schema": {"type": "string"}}},
        {200: "A page for people."},
    ),
)
async def show_value_types() -> Response:
    """Answer the page that the metadata's value types point to."""
    return HTMLResponse(page(), headers=CACHED)


def _public(metadata: Shape) -> Response:
    return Response(as_json(metadata), media_type="application/json", headers=CACHED)
