"""GET /cds/v1/usage-segments/{cds_usagesegment_id}/lineage."""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response

from api.lineage.example import EXAMPLE
from api.lineage.explained import NothingPublishedError, Question, lineage
from api.lineage.interval_choice import IntervalChoice
from api.segments.filters import SegmentName
from api.web.access.admission import Admitted
from api.web.access.auth import database_of
from api.web.answers import json_response, own_url
from api.web.cds_parameters import Dated, Listed
from api.web.describe import described
from api.web.parameters import Instant, single, told
from api.web.problems import ProblemError
from api.web.shapes import answer, as_json

START = "start"


class LineageParameters(Dated, Listed):
    """Which intervals of a segment are asked about."""

    at: Annotated[IntervalChoice | None, single(IntervalChoice)] = told(
        "One interval: its local time of day, HH:MM or HH:MM:SS, or an RFC 3339 date-time inside"
        " it.",
        "12:05",
    )
    start: Instant = told(
        "Only intervals that start at this RFC 3339 date-time or later; `next` gives it.",
        "2026-03-01T19:00:00Z",
    )


SegmentId = Annotated[
    str,
    Path(
        description="Id of a usage segment.",
        openapi_examples={"a day": {"value": "serf-east-1:scada:2026-03-01:300"}},
    ),
]

router = APIRouter(prefix="/cds/v1", tags=["CDS"])


@router.get(
    "/usage-segments/{cds_usagesegment_id:path}/lineage",
    **described(
        "Lineage of a usage segment",
        "How each published value was computed. Telemetry: every sample with its place in Kafka and"
        " how long it held, the carry-in, the gaps and the decisions. Settlement: every version and"
        " its run. Forecasts: every vintage and the gate. In addition: edits and estimates with"
        " author, reason, method and inputs; every published version, and when and why it was"
        " replaced; and whether computing the value again gives the same. Generation is positive"
        " here, energies are kWh and powers kW, as exact text. Long days come in pages that end"
        " with an interval.",
        answer(EXAMPLE),
        404,
    ),
)
async def explain_usage_segment(
    request: Request,
    grant: Admitted,
    cds_usagesegment_id: SegmentId,
    asked: Annotated[LineageParameters, Query()],
) -> Response:
    """Answer how the values of a segment came about."""
    name = SegmentName.of(cds_usagesegment_id)
    if name is None:
        raise _nothing(cds_usagesegment_id, 0)
    question = Question(name, asked.at or IntervalChoice(None), start=asked.start, paged=True)
    async with database_of(request).granted(grant, asked.as_of) as session:
        asked.refuse_future(session)
        try:
            found, next_start = await lineage(session, question)
        except NothingPublishedError as error:
            raise _nothing(cds_usagesegment_id, error.stored) from None
    found.next = _next_url(request, next_start)
    return json_response(as_json(found))


def _nothing(cds_usagesegment_id: str, stored: int) -> ProblemError:
    if stored:
        return ProblemError(404, f"`at` matches none of the {stored} intervals of the segment.")
    # One answer to what is not there and to what the token may not see.
    return ProblemError(
        404, f"There is no usage segment {cds_usagesegment_id}, or the token may not see it."
    )


def _next_url(request: Request, start: datetime | None) -> str | None:
    if start is None:
        return None
    kept = {name: text for name, text in request.query_params.items() if name != START}
    query = kept | {START: start.isoformat()}
    return f"{own_url(request)}?{urlencode(query)}"
