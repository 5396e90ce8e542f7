"""/healthz, /readyz and /metrics: for those who run the API; they need no token."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry

from api.discovery.readiness import Readiness, ReadinessLook
from api.web.answers import json_response
from api.web.describe import json_content, open_to_all
from api.web.metrics_of_all import Processes
from api.web.services import service
from api.web.shapes import Shape, answer, as_json, means
from gridfeed import clock
from gridfeed.settings import Settings


class Alive(Shape):
    """Whether the process is alive."""

    alive: Annotated[bool, means("true")]


ALIVE = Alive(alive=True)

router = APIRouter(tags=["Operations"])


@router.get(
    "/healthz",
    response_class=Response,
    **open_to_all(
        "The process is alive", json_content(answer(ALIVE)), {200: "The process answers."}
    ),
)
async def healthz() -> Response:
    """Answer 200 as long as the process answers at all; the database does not matter."""
    return json_response(as_json(ALIVE))


@router.get(
    "/readyz",
    response_class=Response,
    **open_to_all(
        "The API can answer",
        json_content(answer(Readiness(missing=(), warnings=()))),
        {200: "The API can answer.", 503: "It cannot; `missing` says why and what to do."},
    ),
)
async def readyz(request: Request) -> Response:
    """Answer 200 and an empty `missing`, or 503 and what is missing; and warnings.

    A machine whose clock is wrong answers all the same: it goes by the database's.
    """
    found = await service(request, ReadinessLook).state()
    wrong = clock.distrust(service(request, Settings).max_clock_drift_seconds)
    warnings = (*found.warnings, wrong) if wrong else found.warnings
    body = as_json(Readiness(missing=found.missing, warnings=warnings))
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
