"""GET /cds/v1/meter-devices."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.auth import database_of, grant_of
from api.cursor import Cursor
from api.describe import described
from api.documents.meters import BODY
from api.parameters import Given, Parameter
from api.query import catalogue
from api.query.catalogue import MeterFilters
from api.represent.catalogue import meter_device
from api.represent.page import listing
from api.routes import cds_parameters as cds
from api.routes.listing import json_response, links

NONE_YET = (
    cds.no_such_objects("current_servicepoints", "Service points it is installed at"),
    cds.no_such_objects("previous_servicepoints", "Service points it was installed at"),
)
CURSOR = cds.cursor_parameter(*catalogue.CURSOR_SHAPE)
PARAMETERS: tuple[Parameter[Any], ...] = (
    cds.METERDEVICE_IDS,
    cds.METER_NUMBER,
    cds.METER_NUMBERS,
    cds.Q,
    *NONE_YET,
    CURSOR,
)

router = APIRouter(prefix="/cds/v1", tags=["CDS"])


@router.get(
    "/meter-devices",
    **described(
        "Meter devices",
        "The meters that the token may see, last modified first, in pages of 100 (CDS-WG3-01 10.4)."
        " Different parameters narrow together; unknown parameters are ignored.",
        PARAMETERS,
        BODY,
    ),
)
async def list_meter_devices(request: Request) -> Response:
    """Answer a page of meter devices."""
    grant = await grant_of(request)
    filters, cursor = _read(Given(request.query_params, PARAMETERS))
    async with database_of(request).granted(grant) as session:
        page = await catalogue.meters(session, filters, cursor)
    return json_response(listing("meter_devices", page, meter_device, links(request)))


def _read(given: Given) -> tuple[MeterFilters, Cursor | None]:
    none_yet = any(given[parameter] is not None for parameter in NONE_YET)
    filters = MeterFilters(
        cds_meterdevice_ids=() if none_yet else given[cds.METERDEVICE_IDS],
        meter_numbers=cds.together(given[cds.METER_NUMBERS], given[cds.METER_NUMBER]),
        q=given[cds.Q],
    )
    return filters, given[CURSOR]
