"""GET /v1/forecast-accuracy."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.comparisons.accuracy.answer import EXAMPLE
from api.comparisons.accuracy.answer import accuracy as represent
from api.comparisons.accuracy.query import AccuracyQuestion, accuracy
from api.comparisons.pair_parameters import Pair, Validity, require_formats
from api.comparisons.parameters import MOST_INTERVALS, VINTAGE_TEXT, Model
from api.web.access.admission import Admitted
from api.web.answers import json_response
from api.web.describe import described
from api.web.parameters import YES_OR_NO, one_of, single, told
from api.web.shapes import answer, as_json
from gridfeed.domain.calendar.grouping import Grouping
from gridfeed.domain.published.scope import Scope
from gridfeed.domain.published.selection import GATE, LATEST, VintageRule
from gridfeed.domain.vee.daylight import Sun
from gridfeed.domain.words import FORECAST_FORMAT, ProductionFormat

FORECASTS = tuple(FORECAST_FORMAT.values())
MEASURED = (ProductionFormat.SETTLEMENT, ProductionFormat.SCADA)
EVERY_VINTAGE = "all"


def _vintage(text: str) -> VintageRule | str:
    return EVERY_VINTAGE if text == EVERY_VINTAGE else VintageRule.parse(text)


class AccuracyParameters(Pair):
    """The query parameters."""

    production_format: Annotated[ProductionFormat, one_of(FORECASTS)] = told(
        "The forecasts that are scored: forecast_day_ahead (default) or forecast_hour_ahead.",
        "forecast_hour_ahead",
        ProductionFormat.FORECAST_DAY_AHEAD,
    )
    truth: Annotated[ProductionFormat, one_of(MEASURED)] = told(
        "What the forecasts are compared with: settlement (default) or scada.",
        "scada",
        ProductionFormat.SETTLEMENT,
    )
    reading_validity: Validity = told(
        "Reading validity of the observation: total_gross or net_metering. Default: gross, like"
        " forecasts, or net if there are no gross values.",
        "net_metering",
    )
    vintage: Annotated[VintageRule | str | None, single(_vintage)] = told(
        f"{VINTAGE_TEXT} all: every vintage, each with its own lead time.", "all"
    )
    model: Model = None
    by: Annotated[Grouping, one_of(tuple(Grouping))] = told(
        "How scores are grouped: none (default), lead_hour (whole hours from issue to start of the"
        " interval), hour_of_day, day or month, all local to the project.",
        "lead_hour",
        Grouping.NONE,
    )
    daylight_only: Annotated[bool, YES_OR_NO] = told(
        "true: only intervals in which the sun is above the horizon at some time. The project needs"
        " latitude and longitude.",
        example=True,
        default=False,
    )

    @property
    def most_intervals(self) -> int:
        """Return fewer where every vintage is scored: those are not summed window by window."""
        one = isinstance(self.vintage or GATE, VintageRule)
        return super().most_intervals if one else MOST_INTERVALS

    def question(self) -> AccuracyQuestion:
        """Return the question, without the restriction to daylight."""
        (start, end), rule = self.range, self.vintage or GATE
        return AccuracyQuestion(
            start=start,
            end=end,
            interval_seconds=self.interval,
            product=self.production_format,
            truth=self.truth,
            validity=self.reading_validity,
            settlement=self.settlement or LATEST,
            vintage=replace(rule, model=self.model) if isinstance(rule, VintageRule) else None,
            model=self.model,
            by=self.by,
            daylight=None,
        )

    def sun(self, found: Scope) -> Sun | None:
        """Return the sun if only intervals with daylight count.

        Raises ProblemError 400.
        """
        project = found.project
        if not self.daylight_only:
            return None
        if project.latitude is None or project.longitude is None:
            raise self.refused(
                "daylight_only",
                f"project {project.cds_productionproject_id} has no coordinates; declare its"
                " latitude and longitude, or omit daylight_only",
            )
        return Sun(float(project.latitude), float(project.longitude))


router = APIRouter(prefix="/v1", tags=["Gridfeed"])


@router.get(
    "/forecast-accuracy",
    **described(
        "Forecast accuracy",
        "Errors of forecasts (forecast minus observed) over the intervals that start in [start,"
        " end): MAE, RMSE, bias, the same as shares of capacity, skill against persistence, pinball"
        " loss of quantiles. Scores are computed from published values, so a new settlement changes"
        " them; as_of returns the earlier scores. Powers are rounded to 10^-6 kW, shares to six"
        " decimals; energies are exact. Generation is positive here.",
        answer(EXAMPLE),
        403,
        404,
    ),
)
async def show_accuracy(
    request: Request, grant: Admitted, asked: Annotated[AccuracyParameters, Query()]
) -> Response:
    """Answer the score of forecasts."""
    require_formats(grant, asked.production_format, asked.truth)
    async with asked.opened(request, grant) as (session, found):
        question = replace(asked.question(), daylight=asked.sun(found))
        with asked.comparable():
            scored = await accuracy(session, found, question)
    return json_response(as_json(represent(scored)))
