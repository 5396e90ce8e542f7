"""GET /v1/reconciliation."""

from fractions import Fraction
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.comparisons.pair_parameters import Pair, Validity, require_formats
from api.comparisons.reconciliation.answer import EXAMPLE
from api.comparisons.reconciliation.answer import reconciliation as represent
from api.comparisons.reconciliation.query import ReconciliationQuestion, reconciliation
from api.web.access.admission import Admitted
from api.web.answers import json_response
from api.web.describe import described
from api.web.parameters import decimal, one_of, told
from api.web.shapes import answer, as_json
from gridfeed.domain.published.reconciled import ReconciledBy
from gridfeed.domain.published.reconciliation import Tolerance
from gridfeed.domain.published.selection import LATEST
from gridfeed.domain.words import ProductionFormat

#: An answer by interval has a dozen members for each interval, so its rows are limited.
MOST_INTERVAL_ROWS = 10_000
DEFAULT = Tolerance()
Percent = Annotated[Fraction | None, decimal(0, 100)]


class ReconciliationParameters(Pair):
    """The query parameters."""

    by: Annotated[ReconciledBy, one_of(tuple(ReconciledBy))] = told(
        "Length of a row: interval, day (default) or month, local to the project.",
        "month",
        ReconciledBy.DAY,
    )
    reading_validity: Validity = told(
        "Reading validity that is compared: total_gross or net_metering. Default: net if both sides"
        " have net values, otherwise gross if both have gross values, otherwise what each has.",
        "net_metering",
    )
    tolerance_percent: Percent = told(
        "Tolerated difference in percent of the settled energy (default 2).", 1.5
    )
    tolerance_capacity_percent: Percent = told(
        "Tolerated difference in percent of the energy at full capacity (default 0.5); the larger"
        " tolerance counts.",
        0.25,
    )
    minimum_coverage: Annotated[Fraction | None, decimal(0, 1)] = told(
        "Share of the time that SCADA samples must cover (default 0.95); with less, the status is"
        " low_coverage.",
        0.9,
    )

    def question(self) -> ReconciliationQuestion:
        """Return the question."""
        start, end = self.range
        return ReconciliationQuestion(
            start=start,
            end=end,
            interval_seconds=self.interval,
            validity=self.reading_validity,
            settlement=self.settlement or LATEST,
            by=self.by,
            tolerance=Tolerance(
                _share(self.tolerance_percent, 100, DEFAULT.of_energy),
                _share(self.tolerance_capacity_percent, 100, DEFAULT.of_capacity),
                _share(self.minimum_coverage, 1, DEFAULT.coverage),
            ),
        )


def _share(asked: Fraction | None, unit: int, default: Fraction) -> Fraction:
    return default if asked is None else asked / unit


router = APIRouter(prefix="/v1", tags=["Gridfeed"])


@router.get(
    "/reconciliation",
    **described(
        "SCADA against settlement",
        "SCADA and settlement energy of the intervals that start in [start, end), the difference"
        " (settlement minus SCADA), whether it is within tolerance, the line settlement = slope x"
        " SCADA + intercept, and whether one side is an interval late. Energies are exact; percent,"
        " slope and shares are rounded to six decimals. Generation is positive here.",
        answer(EXAMPLE),
        403,
        404,
    ),
)
async def show_reconciliation(
    request: Request, grant: Admitted, asked: Annotated[ReconciliationParameters, Query()]
) -> Response:
    """Answer SCADA against settlement."""
    require_formats(grant, ProductionFormat.SCADA, ProductionFormat.SETTLEMENT)
    async with asked.opened(request, grant) as (session, found):
        with asked.comparable():
            compared = await reconciliation(session, found, asked.question())
    if len(compared.rows) > MOST_INTERVAL_ROWS:
        detail = f"{len(compared.rows)} rows; at most {MOST_INTERVAL_ROWS} are answered"
        raise asked.refused("by", f"{detail}, ask for rows by day or for a shorter range")
    return json_response(as_json(represent(compared)))
