"""GET /v1/completeness."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.comparisons.completeness.answer import EXAMPLE, FoundCompleteness
from api.comparisons.completeness.answer import completeness as represent
from api.comparisons.completeness.query import streams
from api.comparisons.parameters import ProductionFormats, granted_formats
from api.comparisons.summed_parameters import Summed
from api.web.access.admission import Admitted
from api.web.answers import json_response
from api.web.describe import described
from api.web.parameters import Read, once, told
from api.web.shapes import answer, as_json
from gridfeed.domain.calendar.spans import Spans, days_within


def _by(texts: list[str]) -> str:
    if once(texts).strip() != "day":
        raise ValueError(f"{once(texts)!r} is not day")
    return "day"


class CompletenessParameters(Summed):
    """The query parameters."""

    production_formats: ProductionFormats = None
    by: Annotated[str | None, Read(_by)] = told("day: also the numbers of every local day.", "day")


router = APIRouter(prefix="/v1", tags=["Gridfeed"])


@router.get(
    "/completeness",
    **described(
        "Completeness",
        "How many intervals that start in [start, end) should have a value, have a value, are"
        " estimated and are missing, by production format and channel: for one meter, or for every"
        " meter of a project while the meter belongs to it. Telemetry and settlement count up to"
        " the last interval that has ended.",
        answer(EXAMPLE),
        403,
        404,
    ),
)
async def show_completeness(
    request: Request, grant: Admitted, asked: Annotated[CompletenessParameters, Query()]
) -> Response:
    """Answer how complete the series of a meter or a project are."""
    (start, end), by_day = asked.range, asked.by is not None
    formats = granted_formats(asked.production_formats, grant)
    async with asked.opened(request, grant) as (session, found):
        spans = _spans(found.project.timezone, start, end, by_day=by_day)
        every = await streams(session, found, formats, spans)
    complete = FoundCompleteness(found, start, end, session.as_of, by_day, spans, every)
    return json_response(as_json(represent(complete)))


def _spans(timezone_name: str, start: datetime, end: datetime, *, by_day: bool) -> Spans:
    if by_day:
        return days_within(timezone_name, start, end)
    return Spans.between(start, end)
