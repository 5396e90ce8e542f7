"""GET /cds/v1/production-projects."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.auth import database_of, grant_of
from api.cursor import Cursor
from api.describe import described
from api.documents.projects import BODY
from api.parameters import Given, Parameter, instant, words, words_of
from api.query import catalogue
from api.query.catalogue import ProjectFilters
from api.represent.catalogue import production_project
from api.represent.page import listing
from api.routes import cds_parameters as cds
from api.routes.listing import json_response, links
from gridfeed.domain.words import ProductionFormat, ReadingValidity

CONTRACT_TYPES = Parameter("contract_types", words, f"Kinds of contract. {cds.LIST}", "PPA")
FORMATS = Parameter(
    "available_formats",
    words_of(ProductionFormat),
    f"Production formats that a project has values of. {cds.LIST}",
    "scada settlement",
)
VALIDITIES = Parameter(
    "available_reading_validity",
    words_of(ReadingValidity),
    f"Reading validities that a project has values of. {cds.LIST}",
    "net_metering",
)
BEFORE = Parameter(
    "before",
    instant,
    "Keep projects whose contract_start_date is at or before this RFC 3339 date-time.",
    "2026-01-01T00:00:00Z",
    {"type": "string", "format": "date-time"},
)
AFTER = Parameter(
    "after",
    instant,
    "Keep projects whose contract_end_date is at or after this RFC 3339 date-time, or null.",
    "2026-01-01T00:00:00Z",
    {"type": "string", "format": "date-time"},
)
NONE_YET = tuple(
    cds.no_such_objects(f"cds_{name}_ids", f"Ids of {text}")
    for name, text in (
        ("account", "accounts"),
        ("servicecontract", "service contracts"),
        ("servicepoint", "service points"),
    )
)
CURSOR = cds.cursor_parameter(*catalogue.CURSOR_SHAPE)
PARAMETERS: tuple[Parameter[Any], ...] = (
    cds.PROJECT_IDS,
    cds.METER_NUMBERS,
    cds.METER_NUMBER,
    cds.METERDEVICE_IDS,
    CONTRACT_TYPES,
    FORMATS,
    VALIDITIES,
    BEFORE,
    AFTER,
    cds.Q,
    *NONE_YET,
    CURSOR,
)

router = APIRouter(prefix="/cds/v1", tags=["CDS"])


@router.get(
    "/production-projects",
    **described(
        "Production projects",
        "The projects that the token may see, last modified first, in pages of 100. An extension of"
        " CDS-WG3-01. Different parameters narrow together; unknown parameters are ignored.",
        PARAMETERS,
        BODY,
    ),
)
async def list_production_projects(request: Request) -> Response:
    """Answer a page of production projects."""
    grant = await grant_of(request)
    filters, cursor = _read(Given(request.query_params, PARAMETERS))
    async with database_of(request).granted(grant) as session:
        page = await catalogue.projects(session, filters, cursor)
    return json_response(listing("production_projects", page, production_project, links(request)))


def _read(given: Given) -> tuple[ProjectFilters, Cursor | None]:
    none_yet = any(given[parameter] is not None for parameter in NONE_YET)
    filters = ProjectFilters(
        cds_productionproject_ids=() if none_yet else given[cds.PROJECT_IDS],
        meter_numbers=cds.together(given[cds.METER_NUMBERS], given[cds.METER_NUMBER]),
        cds_meterdevice_ids=given[cds.METERDEVICE_IDS],
        contract_types=given[CONTRACT_TYPES],
        available_formats=given[FORMATS],
        available_reading_validity=given[VALIDITIES],
        before=given[BEFORE],
        after=given[AFTER],
        q=given[cds.Q],
    )
    return filters, given[CURSOR]
