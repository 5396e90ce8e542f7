"""GET /v1/validation."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.comparisons.validation.answer import EXAMPLE
from api.comparisons.validation.answer import validation as represent
from api.comparisons.validation.query import plant_meter, validation
from api.meters.meter_range import MeterRange, first, last
from api.reading.session import Grant
from api.web.access.admission import Admitted
from api.web.access.auth import database_of
from api.web.answers import json_response
from api.web.cds_parameters import Dated
from api.web.describe import described
from api.web.parameters import INSTANT, one_of, told
from api.web.problems import ProblemError, insufficient
from api.web.shapes import answer, as_json
from gridfeed.domain.words import ProductionFormat

LONGEST_RANGE = timedelta(days=100)
MEASURED = (ProductionFormat.SCADA, ProductionFormat.SETTLEMENT)


class ValidationParameters(MeterRange, Dated):
    """The query parameters."""

    longest = LONGEST_RANGE

    start: Annotated[datetime, INSTANT] = first(LONGEST_RANGE, "2026-03-01T07:00:00Z")
    end: Annotated[datetime, INSTANT] = last(LONGEST_RANGE, "2026-03-02T07:00:00Z")
    production_format: Annotated[ProductionFormat, one_of(MEASURED)] = told(
        "Values to check: scada (default) or settlement.", "settlement", ProductionFormat.SCADA
    )


router = APIRouter(prefix="/v1", tags=["Gridfeed"])


@router.get(
    "/validation",
    **described(
        "Implausible values",
        "Intervals of one meter in [start, end) that are missing or implausible, with flags. Checks"
        " never change a value. They use the values published now or at `as_of`. Generation is"
        " positive here.",
        answer(EXAMPLE),
        403,
        404,
    ),
)
async def list_findings(
    request: Request, grant: Admitted, asked: Annotated[ValidationParameters, Query()]
) -> Response:
    """Answer what validation finds of one meter."""
    _require(grant, asked.production_format)
    async with database_of(request).granted(grant, asked.as_of) as session:
        asked.refuse_future(session)
        meter = await plant_meter(session, asked.meter_number)
        if meter is None:
            problem = f"There is no meter {asked.meter_number}, or the token may not see it."
            raise ProblemError(404, problem)
        range_ = asked.start, asked.end
        found = await validation(session, meter, asked.production_format, range_)
    return json_response(as_json(represent(found)))


def _require(grant: Grant, production_format: ProductionFormat) -> None:
    formats = grant.production_formats
    if formats is not None and production_format not in formats:
        raise insufficient(f"The token does not include production format {production_format}.")
