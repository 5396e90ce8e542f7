"""GET /cds/v1/usage-segments."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.segments import pages as segments
from api.segments.answer import usage_segment
from api.segments.interval_length import refuse_unfit
from api.segments.parameters import SegmentParameters
from api.segments.shape import BODY, NAME, PAGE
from api.segments.tables.document import MEDIA
from api.segments.tables.routes import table_response
from api.web.access.admission import Admitted
from api.web.access.auth import database_of
from api.web.answers import json_response, links
from api.web.describe import described, link
from api.web.negotiation import chosen_type
from api.web.page import neighbours
from api.web.shapes import as_json
from gridfeed.domain.words import ReadingValidity

FIRST = "/usage_segments/0/cds_usagesegment_id"

router = APIRouter(prefix="/cds/v1", tags=["CDS"])


@router.get(
    "/usage-segments",
    **described(
        "Usage segments",
        "One segment is one meter, one production format, one day of the project's time zone and"
        " one interval length (CDS-WG3-01 10.8). It spans from the first interval of the day that"
        " has a value to the last; an interval without a value between them is null. The sign is"
        " the grid's: generation is negative, also under direction reverse. before and after choose"
        " whole segments. The order is account number, number of the contract in force at"
        " segment_start (absent and hidden numbers first), segment_start, newest change first, in"
        " pages of 100. The order is fixed when the listing begins, so changes while you page move"
        " nothing: a segment that existed then comes exactly once, with its newest values; a new"
        " segment comes at most once. This does not hold for changed declarations (accounts,"
        " contracts, projects), nor for cursors older than GRIDFEED_OPEN_DETAIL_HOURS. A segment"
        " must match all parameters; unknown parameters are ignored. With another Accept, the"
        " answer is a table of the whole selection at one instant.",
        BODY,
        media=MEDIA,
        links={"lineage": link("explain_usage_segment", "cds_usagesegment_id", FIRST)},
    ),
)
async def list_usage_segments(
    request: Request, grant: Admitted, asked: Annotated[SegmentParameters, Query()]
) -> Response:
    """Answer a page of usage segments, or a table of all of them."""
    if (media_type := chosen_type(request)) in MEDIA:
        if asked.cursor:
            fault = "a table is always the whole selection; omit cursor"
            raise asked.refused("cursor", fault)
        return await table_response(request, grant, asked, media_type)
    filters = asked.filters()
    async with database_of(request).granted(grant, asked.as_of) as session:
        asked.refuse_future(session)
        await refuse_unfit(asked, session, filters)
        page = await segments.page(session, filters, asked.cursor)
    validities = filters.reading_validities or tuple(ReadingValidity)
    items = [usage_segment(each, validities) for each in page.items]
    return json_response(as_json(PAGE(**{NAME: items}, **neighbours(page, links(request)))))
