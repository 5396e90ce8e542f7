"""GET /v1/registers."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.meters.meter_range import MeterRange, bound, first
from api.meters.registers import query as registers
from api.meters.registers.answer import EXAMPLE
from api.meters.registers.answer import registers as represent
from api.reading.session import Grant
from api.web.access.admission import Admitted
from api.web.access.auth import database_of
from api.web.answers import json_response
from api.web.cds_parameters import Dated
from api.web.describe import described
from api.web.parameters import INSTANT
from api.web.problems import ProblemError, insufficient
from api.web.shapes import answer, as_json
from gridfeed.domain.words import ProductionFormat

LONGEST_RANGE = timedelta(days=400)


class RegisterParameters(MeterRange, Dated):
    """The query parameters."""

    longest = LONGEST_RANGE

    start: Annotated[datetime, INSTANT] = first(LONGEST_RANGE, "2026-03-01T00:00:00Z")
    end: Annotated[datetime, INSTANT] = bound(
        "Last instant, inclusive, so that a read at this instant ends the last energy.",
        LONGEST_RANGE,
        "2026-04-01T00:00:00Z",
    )


router = APIRouter(prefix="/v1", tags=["Gridfeed"])


@router.get(
    "/registers",
    **described(
        "Register reads and energies",
        "Reads of one meter's registers, verbatim, and the exact energy between consecutive reads,"
        " across rollovers and meter exchanges. Each energy is compared with the meter's intervals:"
        " settlement, otherwise telemetry; net metering, otherwise gross. Generation is positive"
        f" here. At most {registers.MOST_READS} reads.",
        answer(EXAMPLE),
        403,
        404,
    ),
)
async def list_registers(
    request: Request, grant: Admitted, asked: Annotated[RegisterParameters, Query()]
) -> Response:
    """Answer the registers of one meter."""
    _require_settlement(grant)
    async with database_of(request).granted(grant, asked.as_of) as session:
        asked.refuse_future(session)
        try:
            found = await registers.registers(session, asked.meter_number, asked.start, asked.end)
        except registers.TooManyReadsError:
            most = f"more than {registers.MOST_READS} reads since start; ask for a shorter range"
            raise asked.refused("end", most) from None
    if found is None:
        detail = f"There is no meter {asked.meter_number}, or the token may not see it."
        raise ProblemError(404, detail)
    return json_response(await asyncio.to_thread(lambda: as_json(represent(found))))


def _require_settlement(grant: Grant) -> None:
    formats = grant.production_formats
    if formats is not None and ProductionFormat.SETTLEMENT not in formats:
        raise insufficient(
            "The token does not include production format settlement, which register reads need."
        )
