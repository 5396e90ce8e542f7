"""Scores of forecasts as an answer; pure."""

from typing import Annotated, Any

from msgspec import Raw

from api.comparisons.answers import (
    HEADING_EXAMPLE,
    Compared,
    OfVersion,
    Units,
    heading,
    ratio,
    versions,
)
from api.comparisons.asked import Accuracy
from api.web.shapes import Number, Shape, means
from gridfeed.domain.calendar.grouping import label
from gridfeed.domain.calendar.instants import SECOND_US
from gridfeed.domain.published.accuracy import metrics
from gridfeed.domain.published.scoring import Group


class ScoredVersion(OfVersion):
    """How many pairs are of one settlement version."""

    pairs: Annotated[int, means("pairs observed with this version")]


class Score(Shape):
    """The scores of forecasts."""

    intervals: Annotated[int | None, means("intervals in the range; null with by=lead_hour")]
    pairs: Annotated[
        int, means("forecasts with an observation; with vintage=all, of every vintage")
    ]
    missing_forecasts: Annotated[
        int | None, means("intervals observed but not forecast; null with by=lead_hour")
    ]
    missing_observations: Annotated[
        int | None, means("intervals forecast but not observed; null with by=lead_hour")
    ]
    estimated_observations: Annotated[int, means("pairs whose observation is not fully measured")]
    forecast: Annotated[Number, means("forecast energy of the pairs, exact")]
    observed: Annotated[Number, means("observed energy of the pairs, exact")]
    mae: Annotated[float | None, means("mean absolute error of the mean power")]
    rmse: Annotated[float | None, means("root mean square error")]
    bias: Annotated[float | None, means("mean error; positive: less was produced than forecast")]
    nmae: Annotated[float | None, means("mae as a share of capacity")]
    nrmse: Annotated[float | None, means("rmse as a share of capacity")]
    nmbe: Annotated[float | None, means("bias as a share of capacity")]
    skill: Annotated[
        float | None,
        means("1 - rmse / rmse of persistence, over the pairs with a persistence forecast"),
    ]
    skill_pairs: Annotated[int, means("pairs with a persistence forecast")]
    pinball_p10: Annotated[float | None, means("mean pinball loss of p10, as power")]
    pinball_p90: Annotated[float | None, means("mean pinball loss of p90, as power")]
    p10_reached: Annotated[
        float | None, means("share of observations at or below p10; ideally 0.1")
    ]
    p90_reached: Annotated[
        float | None, means("share of observations at or below p90; ideally 0.9")
    ]
    p10_pairs: Annotated[int, means("pairs that have a p10")]
    p90_pairs: Annotated[int, means("pairs that have a p90")]
    settlement_versions: Annotated[list[ScoredVersion], means("pairs by settlement version")]


class ScoreGroup(Score):
    """The scores of one group of forecasts."""

    group: Annotated[
        str | int,
        means("lead_hour and hour_of_day: the hour; day and month: 2026-03-01, 2026-03"),
    ]


class ForecastAccuracy(Compared):
    """The score of forecasts."""

    production_format: Annotated[str, means("the forecasts that are scored")]
    vintage: Annotated[str, means("as asked for")]
    model: Annotated[str | None, means("as asked for")]
    truth: Annotated[str, means("what was observed: settlement or scada")]
    truth_reading_validity: Annotated[str, means("total_gross or net_metering")]
    daylight_only: Annotated[bool, means("as asked for")]
    total: Annotated[Score, means("over everything")]
    groups: Annotated[list[ScoreGroup], means("in order; none for by=none")]


_EXAMPLE_SCORE: dict[str, Any] = {
    "intervals": 96,
    "pairs": 96,
    "missing_forecasts": 0,
    "missing_observations": 0,
    "estimated_observations": 0,
    "settlement_versions": [ScoredVersion(settlement_version=2, settlement_run="FINAL", pairs=96)],
    "forecast": Raw(b"31.5"),
    "observed": Raw(b"30.25"),
    "mae": 0.210417,
    "rmse": 0.351125,
    "bias": 0.052083,
    "nmae": 0.03507,
    "nrmse": 0.058521,
    "nmbe": 0.008681,
    "skill": 0.412,
    "skill_pairs": 96,
    "pinball_p10": 0.045,
    "pinball_p90": 0.0525,
    "p10_reached": 0.114583,
    "p90_reached": 0.895833,
    "p10_pairs": 96,
    "p90_pairs": 96,
}
EXAMPLE = ForecastAccuracy(
    **HEADING_EXAMPLE,
    production_format="forecast_day_ahead",
    vintage="gate",
    model=None,
    truth="settlement",
    truth_reading_validity="net_metering",
    daylight_only=False,
    total=Score(**_EXAMPLE_SCORE),
    groups=[ScoreGroup(group="2026-03-01", **_EXAMPLE_SCORE)],
)


def accuracy(found: Accuracy) -> ForecastAccuracy:
    """Return the answer."""
    return ForecastAccuracy(
        **heading(found.asked, found.by),
        production_format=found.product.value,
        vintage=found.vintage,
        model=found.model,
        truth=found.truth.value,
        truth_reading_validity=found.truth_validity.value,
        daylight_only=found.daylight_only,
        total=Score(**_score(found, found.total)),
        groups=[
            ScoreGroup(group=name, **_score(found, group))
            for group in found.groups
            if (name := label(found.by, group.number)) is not None
        ],
    )


def _score(found: Accuracy, group: Group) -> dict[str, Any]:
    asked, sums = found.asked, group.sums
    units = Units(asked.scope.project.units)
    measured = metrics(sums, asked.interval_seconds * SECOND_US)
    return {
        "intervals": group.intervals,
        "pairs": sums.pairs,
        "missing_forecasts": group.missing_forecasts,
        "missing_observations": group.missing_observations,
        "estimated_observations": group.estimated,
        "settlement_versions": versions(asked, ScoredVersion, group.versions, "pairs"),
        "forecast": units.energy(sums.forecast),
        "observed": units.energy(sums.observed),
        "mae": units.power(measured.mae),
        "rmse": units.power(measured.rmse),
        "bias": units.power(measured.bias),
        "nmae": ratio(measured.nmae),
        "nrmse": ratio(measured.nrmse),
        "nmbe": ratio(measured.nmbe),
        "skill": ratio(measured.skill),
        "skill_pairs": sums.referenced,
        "pinball_p10": units.power(measured.pinball_p10),
        "pinball_p90": units.power(measured.pinball_p90),
        "p10_reached": ratio(measured.p10_reached),
        "p90_reached": ratio(measured.p90_reached),
        "p10_pairs": sums.p10_pairs,
        "p90_pairs": sums.p90_pairs,
    }
