"""GET /cds/v1/usage-segments."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from api.reading.cursor import Cursor
from api.segments import pages as segments
from api.segments.answer import usage_segment
from api.segments.document import BODY
from api.segments.filters import SegmentFilters, SegmentName
from api.segments.interval_length import INTERVAL, refuse_unfit
from api.segments.tables.document import MEDIA
from api.segments.tables.routes import table_response
from api.web import cds_parameters as cds
from api.web.access.admission import grant_of
from api.web.access.auth import database_of
from api.web.answers import json_response, links
from api.web.describe import described, link
from api.web.negotiation import chosen_type
from api.web.page import listing
from api.web.parameters import Given, Parameter, known_words_of, words
from gridfeed.domain.words import ProductionFormat, ReadingValidity

SEGMENT_IDS = Parameter(
    "cds_usagesegment_ids",
    words,
    f"Ids of usage segments. {cds.LIST}",
    "serf-east-1:settlement:2026-03-01:900",
)
PRODUCTION_FORMATS = Parameter(
    "production_formats",
    known_words_of(ProductionFormat),
    f"Of scada, settlement, forecast_day_ahead, forecast_hour_ahead. {cds.LIST}",
    "scada settlement",
)
READING_VALIDITIES = Parameter(
    "reading_validities",
    known_words_of(ReadingValidity),
    "Space-separated, of total_gross, net_metering, contracted: the columns to answer, and only "
    "segments that have one.",
    "net_metering contracted",
)
BILLSECTION_IDS = cds.no_such_objects("cds_billsection_ids", "Ids of bill sections")
RELATED = (
    cds.ACCOUNT_IDS,
    cds.ACCOUNT_NUMBERS,
    cds.CONTRACT_IDS,
    cds.CONTRACT_NUMBERS,
    cds.POINT_IDS,
    cds.POINT_NUMBERS,
)
FIRST = "/usage_segments/0/cds_usagesegment_id"
CURSOR = cds.cursor_parameter(*segments.CURSOR_SHAPE)
PARAMETERS: tuple[Parameter[Any], ...] = (
    SEGMENT_IDS,
    cds.BEFORE,
    cds.AFTER,
    cds.METER_NUMBERS,
    cds.METER_NUMBER,
    cds.METERDEVICE_IDS,
    cds.PROJECT_IDS,
    PRODUCTION_FORMATS,
    READING_VALIDITIES,
    INTERVAL,
    cds.AS_OF,
    cds.MODIFIED_AFTER,
    *RELATED,
    BILLSECTION_IDS,
    CURSOR,
)

router = APIRouter(prefix="/cds/v1", tags=["CDS"])


@router.get(
    "/usage-segments",
    **described(
        "Usage segments",
        "One segment is one meter, one production format, one day of the project's time zone and"
        " one interval length (CDS-WG3-01 10.8). It reaches from the start of the first interval"
        " of the day that has a value to the end of the last one; an interval between without a"
        " value is null. The sign is the grid's: generation is negative, also under direction"
        " reverse. before and after choose whole segments. Ordered by account number, number of"
        " the contract in force at segment_start (absent and hidden ones first), segment_start,"
        " newest change first, in pages of 100. The order is that of the instant at which the"
        " listing began, so what is published while you page moves nothing: a segment that was"
        " there comes exactly once, with its newest values, a new one at most once. Declarations"
        " (accounts, contracts, projects) are not part of that, nor are cursors older than"
        " GRIDFEED_OPEN_HISTORY_DAYS. Different parameters narrow together; unknown parameters are"
        " ignored. Accept chooses a table instead: the whole selection in one answer, of one"
        " instant.",
        PARAMETERS,
        BODY,
        media=MEDIA,
        links={"lineage": link("explain_usage_segment", "cds_usagesegment_id", FIRST)},
    ),
)
async def list_usage_segments(request: Request) -> Response:
    """Answer a page of usage segments, or a table of all of them."""
    grant = await grant_of(request)
    given = Given(request.query_params, PARAMETERS)
    filters, cursor = _read(given)
    if (media_type := chosen_type(request)) in MEDIA:
        if cursor:
            raise given.refused(CURSOR, "a table is the whole selection; leave the cursor out")
        return await table_response(request, grant, given, filters, media_type)
    async with database_of(request).granted(grant, given[cds.AS_OF]) as session:
        cds.refuse_future(given, session)
        await refuse_unfit(given, session, filters)
        page = await segments.page(session, filters, cursor)
    validities = filters.reading_validities or tuple(ReadingValidity)
    represent = partial(usage_segment, validities=validities)
    return json_response(listing("usage_segments", page, represent, links(request)))


def _read(given: Given) -> tuple[SegmentFilters, Cursor | None]:
    before, after, ids = given[cds.BEFORE], given[cds.AFTER], given[SEGMENT_IDS]
    if before and after and before < after:
        raise given.refused(cds.BEFORE, "it is earlier than after; give before >= after")
    names = None if ids is None else [name for id_ in ids if (name := SegmentName.of(id_))]
    filters = SegmentFilters(
        before=before,
        after=after,
        meter_numbers=cds.together(given[cds.METER_NUMBERS], given[cds.METER_NUMBER]),
        cds_meterdevice_ids=given[cds.METERDEVICE_IDS],
        cds_productionproject_ids=() if given[BILLSECTION_IDS] else given[cds.PROJECT_IDS],
        production_formats=given[PRODUCTION_FORMATS],
        reading_validities=given[READING_VALIDITIES],
        names=None if names is None else tuple(names),
        modified_after=given[cds.MODIFIED_AFTER],
        interval=given[INTERVAL],
        **{parameter.name: given[parameter] for parameter in RELATED},
    )
    return filters, given[CURSOR]
