"""What the server says of itself to everybody: its metadata, and the documentation it points to."""

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

import gridfeed
from api.auth import database_of
from api.describe import open_to_all, public
from api.documents.metadata import OAUTH_BODY, SERVER_BODY
from api.query import discovery
from api.represent.metadata import (
    OAUTH_METADATA,
    SERVER_METADATA,
    oauth_metadata,
    server_metadata,
)
from api.represent.page import JSON_OPTIONS
from api.represent.value_types import PATH as VALUE_TYPES
from api.represent.value_types import page
from api.represent.welcome import PATH as WELCOME
from api.represent.welcome import page as welcome
from api.routes.listing import base_url

#: Clients may keep it for five minutes.
CACHED = {"Cache-Control": "public, max-age=300"}

router = APIRouter(tags=["Discovery"])


@router.get(
    WELCOME,
    response_class=HTMLResponse,
    **open_to_all(
        "Where to go on",
        {"text/html": {"schema": {"type": "string"}}},
        {200: "A page for people."},
    ),
)
async def show_welcome(request: Request) -> Response:
    """Answer a page that leads to the documentation, the documents and the status."""
    name = request.app.state.publisher.name
    return HTMLResponse(welcome(name, gridfeed.__version__), headers=CACHED)


@router.get(
    SERVER_METADATA,
    **public(
        "Server metadata",
        "Who publishes, and where to go on (CDS-WG1-01 3.2). Needs no token.",
        SERVER_BODY,
    ),
)
async def show_server_metadata(request: Request) -> Response:
    """Answer the CDS server metadata."""
    state = request.app.state
    created = await discovery.created(database_of(request))
    return _public(server_metadata(base_url(request), state.publisher, created, state.started_at))


@router.get(
    OAUTH_METADATA,
    **public(
        "API metadata",
        "The listings that there are, their value types and certificate formats (CDS-WG3-01 5), in"
        " the place of the authorization server metadata. There is no OAuth server: its endpoints"
        " are absent, and tokens are made by the operator. Needs no token.",
        OAUTH_BODY,
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


def _public(document: dict[str, object]) -> Response:
    body = orjson.dumps(document, option=JSON_OPTIONS)
    return Response(body, media_type="application/json", headers=CACHED)
