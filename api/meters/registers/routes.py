"""GET /v1/registers."""

import asyncio
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from api.meters.meter_range import METER_NUMBER, MeterRange
from api.meters.registers import query as registers
from api.meters.registers.answer import registers as represent
from api.meters.registers.document import BODY
from api.reading.session import Grant
from api.web import cds_parameters as cds
from api.web.access.admission import grant_of
from api.web.access.auth import database_of
from api.web.answers import json_response
from api.web.describe import described
from api.web.parameters import Given, Parameter
from api.web.problems import ProblemError, insufficient
from gridfeed.domain.words import ProductionFormat

LONGEST_RANGE = timedelta(days=400)

RANGE = MeterRange.of(
    LONGEST_RANGE,
    "2026-03-01T00:00:00Z",
    "2026-04-01T00:00:00Z",
    "Last instant, inclusive too: a read there ends the last energy.",
)
PARAMETERS: tuple[Parameter[Any], ...] = (METER_NUMBER, RANGE.start, RANGE.end, cds.AS_OF)

router = APIRouter(prefix="/v1", tags=["Gridfeed"])


@router.get(
    "/registers",
    **described(
        "Register reads and energies",
        "Reads of one meter's registers, verbatim, and between consecutive ones the exact energy,"
        " across rollovers and meter exchanges, with a check against the meter's intervals:"
        " settlement, else telemetry; net metering if it is known, else gross. Generation is"
        f" positive here. At most {registers.MOST_READS} reads.",
        PARAMETERS,
        BODY,
        403,
        404,
    ),
)
async def list_registers(request: Request) -> Response:
    """Answer the registers of one meter."""
    grant = await grant_of(request)
    given = Given(request.query_params, PARAMETERS)
    meter_number, start, end = RANGE.read(given)
    _require_settlement(grant)
    async with database_of(request).granted(grant, given[cds.AS_OF]) as session:
        cds.refuse_future(given, session)
        try:
            found = await registers.registers(session, meter_number, start, end)
        except registers.TooManyReadsError:
            most = f"more than {registers.MOST_READS} reads since start; ask in parts"
            raise given.refused(RANGE.end, most) from None
    if found is None:
        raise ProblemError(404, f"There is no meter {meter_number}, or the token may not see it.")
    return json_response(await asyncio.to_thread(represent, found))


def _require_settlement(grant: Grant) -> None:
    formats = grant.production_formats
    if formats is not None and ProductionFormat.SETTLEMENT not in formats:
        raise insufficient(
            "The token does not include production format settlement, which register reads are of."
        )
