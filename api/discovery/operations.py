"""/healthz, /readyz and /metrics: for those who run the API; they need no token."""

import orjson
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry

from api.discovery.readiness import Readiness
from api.web.describe import open_to_all
from api.web.metrics_of_all import Processes
from api.web.schema import members
from api.web.services import service
from gridfeed import clock
from gridfeed.settings import Settings

ALIVE = members("Alive", {"alive": ("boolean", "true")})
READY = members(
    "Readiness",
    {
        "missing": ("string[]", "why it cannot, and what to do; empty: it can"),
        "warnings": ("string[]", "what is wrong although it can, and what to do"),
    },
)

router = APIRouter(tags=["Operations"])


@router.get(
    "/healthz",
    response_class=Response,
    **open_to_all(
        "The process is alive",
        {"application/json": {"schema": ALIVE, "example": {"alive": True}}},
        {200: "It answers."},
    ),
)
async def healthz() -> Response:
    """Answer 200 as long as the process answers at all; the database does not matter."""
    return Response(b'{"alive":true}', media_type="application/json")


@router.get(
    "/readyz",
    response_class=Response,
    **open_to_all(
        "The API can answer",
        {"application/json": {"schema": READY, "example": {"missing": [], "warnings": []}}},
        {200: "It can.", 503: "It cannot; `missing` lists why and what to do."},
    ),
)
async def readyz(request: Request) -> Response:
    """Answer 200 and an empty `missing`, or 503 and what is missing; and warnings.

    A machine whose clock is wrong answers all the same: it goes by the database's.
    """
    found = await service(request, Readiness).state()
    warnings = [*found.warnings]
    if wrong := clock.distrust(service(request, Settings).max_clock_drift_seconds):
        warnings.append(wrong)
    body = orjson.dumps({"missing": found.missing, "warnings": warnings})
    return Response(body, 503 if found.missing else 200, media_type="application/json")


@router.get(
    "/metrics",
    response_class=Response,
    **open_to_all(
        "Prometheus metrics",
        {"text/plain": {"schema": {"type": "string"}}},
        {200: "In Prometheus' text format."},
    ),
)
async def metrics(request: Request) -> Response:
    """Answer the metrics of all processes on this port in Prometheus' text format."""
    text = await service(request, Processes).metrics(service(request, CollectorRegistry))
    return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})
