"""GET /v1/telemetry."""

from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.meters.meter_range import MeterRange, first, last
from api.meters.telemetry import query as telemetry
from api.meters.telemetry.answer import EXAMPLE
from api.meters.telemetry.answer import telemetry as represent
from api.meters.telemetry.query import Telemetry
from api.reading.session import Grant
from api.web.access.admission import Admitted
from api.web.access.auth import database_of
from api.web.answers import json_response, own_url
from api.web.describe import described
from api.web.parameters import INSTANT
from api.web.problems import ProblemError, insufficient
from api.web.shapes import answer, as_json
from gridfeed.domain.words import ProductionFormat

LONGEST_RANGE = timedelta(days=7)


class TelemetryParameters(MeterRange):
    """The query parameters."""

    longest = LONGEST_RANGE

    start: Annotated[datetime, INSTANT] = first(LONGEST_RANGE, "2026-03-01T00:00:00Z")
    end: Annotated[datetime, INSTANT] = last(LONGEST_RANGE, "2026-03-01T01:00:00Z")


router = APIRouter(prefix="/v1", tags=["Gridfeed"])


@router.get(
    "/telemetry",
    **described(
        "Raw samples",
        "Samples of one meter in [start, end), by time. Power is signed as it was streamed:"
        " generation is positive here. Long ranges come in pages that end with an interval.",
        answer(EXAMPLE),
        403,
        404,
    ),
)
async def list_samples(
    request: Request, grant: Admitted, asked: Annotated[TelemetryParameters, Query()]
) -> Response:
    """Answer the raw samples of one meter."""
    _require_scada(grant)
    async with database_of(request).granted(grant) as session:
        page = await telemetry.samples(session, asked.meter_number, asked.start, asked.end)
    if page is None:
        detail = f"There is no meter {asked.meter_number}, or the token may not see it."
        raise ProblemError(404, detail)
    return json_response(as_json(represent(page, _next_url(request, page))))


def _require_scada(grant: Grant) -> None:
    formats = grant.production_formats
    if formats is not None and ProductionFormat.SCADA not in formats:
        raise insufficient(
            "The token does not include production format scada, which samples need."
        )


def _next_url(request: Request, page: Telemetry) -> str | None:
    if page.next_start is None:
        return None
    bounds = {"start": page.next_start.isoformat(), "end": page.end.isoformat()}
    query = {"meter_number": page.meter_number} | bounds
    return f"{own_url(request)}?{urlencode(query)}"
