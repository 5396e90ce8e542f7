"""GET /asyncapi.json: public, as /openapi.json is."""

import orjson
from fastapi import APIRouter, Request, Response

from api.discovery.asyncapi.document import document
from api.web.answers import own_url
from api.web.describe import open_to_all
from api.web.services import service
from gridfeed.settings import Settings

PATH = "/asyncapi.json"
ASYNCAPI = {"title": "AsyncApiDocument", "type": "object"}
router = APIRouter(tags=["Operations"])


@router.get(
    PATH,
    response_class=Response,
    **open_to_all(
        "AsyncAPI 3 document",
        {"application/json": {"schema": ASYNCAPI, "example": {"asyncapi": "3.0.0"}}},
        {200: "Topics, streams and webhooks."},
    ),
)
async def asyncapi(request: Request) -> Response:
    """Answer the AsyncAPI document of topics, streams and webhooks, without tenants."""
    # Everybody may read it, and who the tenants are is nobody's business.
    settings = service(request, Settings).model_copy(update={"tenants": ""})
    made = document(settings, own_url(request).removesuffix(PATH))
    return Response(orjson.dumps(made), media_type="application/json")
