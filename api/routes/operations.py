"""/healthz, /readyz and /metrics: for those who run the API; they need no token."""

import orjson
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.auth import database_of

router = APIRouter(tags=["Operations"])


@router.get("/healthz", summary="The process is alive", response_class=Response)
async def healthz() -> Response:
    """Answer 200 as long as the process answers at all; the database does not matter."""
    return Response(b'{"alive":true}', media_type="application/json")


@router.get(
    "/readyz",
    summary="The API can answer",
    response_class=Response,
    responses={503: {"description": "It cannot; `missing` lists why and what to do."}},
)
async def readyz(request: Request) -> Response:
    """Answer 200 and an empty `missing`, or 503 and what is missing."""
    missing = await database_of(request).missing()
    body = orjson.dumps({"missing": missing})
    return Response(body, 503 if missing else 200, media_type="application/json")


@router.get("/metrics", summary="Prometheus metrics", response_class=Response)
async def metrics(request: Request) -> Response:
    """Answer the metrics of this process in Prometheus' text format."""
    text = generate_latest(request.app.state.registry)
    return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})
