"""GET /v1/forecast-accuracy."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response

from api.comparisons import pair_parameters as comparison
from api.comparisons import parameters as derived
from api.comparisons.accuracy.answer import accuracy as represent
from api.comparisons.accuracy.document import BODY
from api.comparisons.accuracy.query import AccuracyQuestion, accuracy
from api.web import cds_parameters as cds
from api.web.access.admission import grant_of
from api.web.answers import json_response
from api.web.describe import described
from api.web.parameters import Given, Parameter, once
from gridfeed.domain.calendar.grouping import Grouping
from gridfeed.domain.published.scope import Scope
from gridfeed.domain.published.selection import GATE, LATEST, VintageRule
from gridfeed.domain.vee.daylight import Sun
from gridfeed.domain.words import FORECAST_FORMAT, ProductionFormat

FORECASTS = tuple(FORECAST_FORMAT.values())
MEASURED = (ProductionFormat.SETTLEMENT, ProductionFormat.SCADA)
EVERY_VINTAGE = "all"


def _vintage(texts: list[str]) -> VintageRule | str:
    text = once(texts).strip()
    return EVERY_VINTAGE if text == EVERY_VINTAGE else VintageRule.parse(text)


PRODUCTION_FORMAT = Parameter(
    "production_format",
    comparison.one_of(FORECASTS),
    "The forecasts that are scored: forecast_day_ahead (default) or forecast_hour_ahead.",
    "forecast_hour_ahead",
    comparison.words_schema(FORECASTS),
)
TRUTH = Parameter(
    "truth",
    comparison.one_of(MEASURED),
    "What they are scored against: settlement (default) or scada.",
    "scada",
    comparison.words_schema(MEASURED),
)
READING_VALIDITY = comparison.reading_validity(
    "What is observed: total_gross or net_metering. Forecasts are of gross generation; without it,"
    " the truth is gross, too, or net where it has no gross values."
)
VINTAGE = Parameter(
    "vintage",
    _vintage,
    f"{derived.VINTAGE_TEXT} all: every vintage counts, each at its own lead.",
    "all",
)
BY = Parameter(
    "by",
    comparison.one_of(tuple(Grouping)),
    "How scores are grouped: none (default), lead_hour (whole hours from issue to start of the"
    " interval), hour_of_day, day or month, all local to the project.",
    "lead_hour",
    comparison.words_schema(tuple(Grouping)),
)
DAYLIGHT_ONLY = Parameter(
    "daylight_only",
    comparison.yes_or_no,
    "true: only intervals in which the sun stands above the horizon at some time. It takes the"
    " project's latitude and longitude.",
    "true",
    {"type": "boolean"},
)
PARAMETERS: tuple[Parameter[Any], ...] = (
    derived.METER_NUMBER,
    derived.PROJECT_ID,
    derived.START,
    derived.END,
    comparison.INTERVAL,
    PRODUCTION_FORMAT,
    TRUTH,
    READING_VALIDITY,
    derived.SETTLEMENT,
    VINTAGE,
    derived.MODEL,
    BY,
    DAYLIGHT_ONLY,
    cds.AS_OF,
)

router = APIRouter(prefix="/v1", tags=["Gridfeed"])


@router.get(
    "/forecast-accuracy",
    **described(
        "Forecast accuracy",
        "Errors of forecasts (forecast minus observed) over the intervals that start in [start,"
        " end): MAE, RMSE, bias, the same as shares of capacity, skill against persistence, pinball"
        " loss of quantiles. Computed from what is published, so a resettlement scores again;"
        " as_of answers the earlier score. Powers are rounded to 10^-6 kW, shares to six decimals;"
        " energies are exact. Generation is positive here.",
        PARAMETERS,
        BODY,
        403,
        404,
    ),
)
async def show_accuracy(request: Request) -> Response:
    """Answer the score of forecasts."""
    grant = await grant_of(request)
    given = Given(request.query_params, PARAMETERS)
    asked = _read(given)
    comparison.require_formats(grant, asked.product, asked.truth)
    async with comparison.opened(request, given, grant) as (session, found):
        if given[DAYLIGHT_ONLY]:
            asked = replace(asked, daylight=_sun(given, found))
        with comparison.refused(given):
            scored = await accuracy(session, found, asked)
    return json_response(represent(scored))


def _read(given: Given) -> AccuracyQuestion:
    given.refuse_unknown()
    derived.asked_scope(given)
    start, end = derived.asked_range(given)
    rule, model = given[VINTAGE] or GATE, given[derived.MODEL]
    return AccuracyQuestion(
        start=start,
        end=end,
        interval_seconds=given[comparison.INTERVAL],
        product=given[PRODUCTION_FORMAT] or ProductionFormat.FORECAST_DAY_AHEAD,
        truth=given[TRUTH] or ProductionFormat.SETTLEMENT,
        validity=given[READING_VALIDITY],
        settlement=given[derived.SETTLEMENT] or LATEST,
        vintage=replace(rule, model=model) if isinstance(rule, VintageRule) else None,
        model=model,
        by=given[BY] or Grouping.NONE,
        daylight=None,
    )


def _sun(given: Given, found: Scope) -> Sun:
    project = found.project
    if project.latitude is None or project.longitude is None:
        raise given.refused(
            DAYLIGHT_ONLY,
            f"project {project.cds_productionproject_id} has no coordinates; declare its latitude"
            " and longitude, or ask without it",
        )
    return Sun(float(project.latitude), float(project.longitude))
