"""GET /v1/validation."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from api.comparisons.validation.answer import validation as represent
from api.comparisons.validation.document import BODY
from api.comparisons.validation.query import plant_meter, validation
from api.meters.meter_range import METER_NUMBER, MeterRange
from api.reading.session import Grant
from api.web import cds_parameters as cds
from api.web.access.admission import grant_of
from api.web.access.auth import database_of
from api.web.answers import json_response
from api.web.describe import described
from api.web.parameters import Given, Parameter, once
from api.web.problems import ProblemError, insufficient
from gridfeed.domain.words import ProductionFormat

LONGEST_RANGE = timedelta(days=100)
MEASURED = (ProductionFormat.SCADA, ProductionFormat.SETTLEMENT)


def _measured(texts: list[str]) -> ProductionFormat:
    text = once(texts).strip()
    if text not in MEASURED:
        raise ValueError(f"{text!r} is not one of {', '.join(MEASURED)}")
    return ProductionFormat(text)


RANGE = MeterRange.of(LONGEST_RANGE, "2026-03-01T07:00:00Z", "2026-03-02T07:00:00Z")
PRODUCTION_FORMAT = Parameter(
    "production_format",
    _measured,
    "What was measured: scada (default) or settlement.",
    "settlement",
    {"type": "string", "enum": list(MEASURED)},
)
PARAMETERS: tuple[Parameter[Any], ...] = (
    METER_NUMBER,
    RANGE.start,
    RANGE.end,
    PRODUCTION_FORMAT,
    cds.AS_OF,
)

router = APIRouter(prefix="/v1", tags=["Gridfeed"])


@router.get(
    "/validation",
    **described(
        "Implausible values",
        "Intervals of one meter in [start, end) that are missing or implausible, with flags. Checks"
        " flag and never change a value. Computed from what is published, now or at `as_of`."
        " Generation is positive here.",
        PARAMETERS,
        BODY,
        403,
        404,
    ),
)
async def list_findings(request: Request) -> Response:
    """Answer what validation finds of one meter."""
    grant = await grant_of(request)
    given = Given(request.query_params, PARAMETERS)
    meter_number, start, end = RANGE.read(given)
    production_format = given[PRODUCTION_FORMAT] or ProductionFormat.SCADA
    _require(grant, production_format)
    async with database_of(request).granted(grant, given[cds.AS_OF]) as session:
        cds.refuse_future(given, session)
        meter = await plant_meter(session, meter_number)
        if meter is None:
            problem = f"There is no meter {meter_number}, or the token may not see it."
            raise ProblemError(404, problem)
        found = await validation(session, meter, production_format, (start, end))
    return json_response(represent(found))


def _require(grant: Grant, production_format: ProductionFormat) -> None:
    formats = grant.production_formats
    if formats is not None and production_format not in formats:
        raise insufficient(f"The token does not include production format {production_format}.")
