"""GET /v1/completeness."""

from datetime import datetime
from typing import Any

import numpy as np
from fastapi import APIRouter, Request, Response

from api.comparisons import parameters as derived
from api.comparisons.completeness.answer import Completeness
from api.comparisons.completeness.answer import completeness as represent
from api.comparisons.completeness.document import BODY
from api.comparisons.completeness.query import streams
from api.comparisons.scope import scope
from api.web import cds_parameters as cds
from api.web.access.admission import grant_of
from api.web.access.auth import database_of
from api.web.answers import json_response
from api.web.describe import described
from api.web.parameters import Given, Parameter, once
from gridfeed.domain.calendar.instants import microseconds
from gridfeed.domain.calendar.spans import Spans, days_within


def _by(texts: list[str]) -> str:
    if once(texts).strip() != "day":
        raise ValueError(f"{once(texts)!r} is not day")
    return "day"


BY = Parameter("by", _by, "day: the same numbers of every local day, too.", "day")
PARAMETERS: tuple[Parameter[Any], ...] = (
    derived.METER_NUMBER,
    derived.PROJECT_ID,
    derived.START,
    derived.END,
    derived.PRODUCTION_FORMATS,
    BY,
    cds.AS_OF,
)

router = APIRouter(prefix="/v1", tags=["Gridfeed"])


@router.get(
    "/completeness",
    **described(
        "Completeness",
        "Of one meter, or of every meter of one project while it belongs to it: how many intervals"
        " that start in [start, end) ought to have a value, have one, are estimated, are missing,"
        " by production format and channel. Telemetry and settlement count up to the last interval"
        " that is over.",
        PARAMETERS,
        BODY,
        403,
        404,
    ),
)
async def show_completeness(request: Request) -> Response:
    """Answer how complete the series of a meter or a project are."""
    grant = await grant_of(request)
    given = Given(request.query_params, PARAMETERS)
    given.refuse_unknown()
    asked, (start, end) = derived.asked_scope(given), derived.asked_range(given)
    formats, by_day = derived.granted_formats(given, grant), given[BY] is not None
    async with database_of(request).granted(grant, given[cds.AS_OF]) as session:
        cds.refuse_future(given, session)
        found = derived.require_found(await scope(session, *asked), asked)
        derived.refuse_too_much(given, found, (start, end), 1)
        spans = _spans(found.project.timezone, start, end, by_day=by_day)
        every = await streams(session, found, formats, spans)
    answer = Completeness(found, start, end, session.as_of, by_day, spans, every)
    return json_response(represent(answer))


def _spans(timezone_name: str, start: datetime, end: datetime, *, by_day: bool) -> Spans:
    if by_day:
        return days_within(timezone_name, start, end)
    return Spans(*np.array([[microseconds(start)], [microseconds(end)]], np.int64))
