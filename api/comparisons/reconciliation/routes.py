"""GET /v1/reconciliation."""

from fractions import Fraction
from typing import Any

from fastapi import APIRouter, Request, Response

from api.comparisons import pair_parameters as comparison
from api.comparisons import parameters as derived
from api.comparisons.reconciliation.answer import reconciliation as represent
from api.comparisons.reconciliation.document import BODY
from api.comparisons.reconciliation.query import ReconciliationQuestion, reconciliation
from api.web import cds_parameters as cds
from api.web.access.admission import grant_of
from api.web.answers import json_response
from api.web.describe import described
from api.web.parameters import Given, Parameter
from gridfeed.domain.published.reconciled import ReconciledBy
from gridfeed.domain.published.reconciliation import Tolerance
from gridfeed.domain.published.selection import LATEST
from gridfeed.domain.words import ProductionFormat

#: An answer by interval repeats a dozen members an interval.
MOST_INTERVAL_ROWS = 10_000
DEFAULT = Tolerance()

READING_VALIDITY = comparison.reading_validity(
    "What is compared: total_gross or net_metering. Without it, net on both sides, or else gross on"
    " both, or else on each side what it has."
)
BY = Parameter(
    "by",
    comparison.one_of(tuple(ReconciledBy)),
    "What a row is about: interval, day (default) or month, local to the project.",
    "month",
    comparison.words_schema(tuple(ReconciledBy)),
)
TOLERANCE_PERCENT, CAPACITY_PERCENT = (
    Parameter(name, comparison.decimal(0, 100), text, example, {"type": "number"})
    for name, text, example in (
        (
            "tolerance_percent",
            "Percent of the settled energy that a difference may be (default 2).",
            "1.5",
        ),
        (
            "tolerance_capacity_percent",
            "Percent of what the capacity makes that it may be (default 0.5); the larger counts.",
            "0.25",
        ),
    )
)
MINIMUM_COVERAGE = Parameter(
    "minimum_coverage",
    comparison.decimal(0, 1),
    "Share of the time that SCADA samples must cover, or else the status is low_coverage (default"
    " 0.95).",
    "0.9",
    {"type": "number"},
)
PARAMETERS: tuple[Parameter[Any], ...] = (
    derived.METER_NUMBER,
    derived.PROJECT_ID,
    derived.START,
    derived.END,
    comparison.INTERVAL,
    BY,
    READING_VALIDITY,
    derived.SETTLEMENT,
    TOLERANCE_PERCENT,
    CAPACITY_PERCENT,
    MINIMUM_COVERAGE,
    cds.AS_OF,
)

router = APIRouter(prefix="/v1", tags=["Gridfeed"])


@router.get(
    "/reconciliation",
    **described(
        "SCADA against settlement",
        "Energy of both for the intervals that start in [start, end), their difference (settlement"
        " minus SCADA), whether it is within tolerance, the line settlement = slope x SCADA +"
        " intercept, and whether one of the two is an interval late. Energies are exact; percent,"
        " slope and shares are rounded to six decimals. Generation is positive here.",
        PARAMETERS,
        BODY,
        403,
        404,
    ),
)
async def show_reconciliation(request: Request) -> Response:
    """Answer SCADA against settlement."""
    grant = await grant_of(request)
    given = Given(request.query_params, PARAMETERS)
    asked = _read(given)
    comparison.require_formats(grant, ProductionFormat.SCADA, ProductionFormat.SETTLEMENT)
    async with comparison.opened(request, given, grant) as (session, found):
        with comparison.refused(given):
            compared = await reconciliation(session, found, asked)
    if len(compared.rows) > MOST_INTERVAL_ROWS:
        detail = f"{len(compared.rows)} rows; at most {MOST_INTERVAL_ROWS} are answered"
        raise given.refused(BY, f"{detail}, ask by day or in parts")
    return json_response(represent(compared))


def _read(given: Given) -> ReconciliationQuestion:
    given.refuse_unknown()
    derived.asked_scope(given)
    start, end = derived.asked_range(given)
    return ReconciliationQuestion(
        start=start,
        end=end,
        interval_seconds=given[comparison.INTERVAL],
        validity=given[READING_VALIDITY],
        settlement=given[derived.SETTLEMENT] or LATEST,
        by=given[BY] or ReconciledBy.DAY,
        tolerance=_tolerance(given),
    )


def _tolerance(given: Given) -> Tolerance:
    def share(parameter: Parameter[Fraction], unit: int, default: Fraction) -> Fraction:
        found = given[parameter]
        return default if found is None else found / unit

    return Tolerance(
        share(TOLERANCE_PERCENT, 100, DEFAULT.of_energy),
        share(CAPACITY_PERCENT, 100, DEFAULT.of_capacity),
        share(MINIMUM_COVERAGE, 1, DEFAULT.coverage),
    )
