"""Scores of forecasts as JSON text; pure."""

import orjson

from api.comparisons.answers import Units, heading, ratio, versions
from api.comparisons.asked import Accuracy
from gridfeed.domain.calendar.grouping import label
from gridfeed.domain.calendar.instants import SECOND_US
from gridfeed.domain.published.accuracy import Metrics, Sums, metrics
from gridfeed.domain.published.scoring import Group


def accuracy(found: Accuracy) -> bytes:
    """Return the JSON text."""
    document = {
        **heading(found.asked, found.by),
        "production_format": found.product.value,
        "vintage": found.vintage,
        "model": found.model,
        "truth": found.truth.value,
        "truth_reading_validity": found.truth_validity.value,
        "settlement": found.asked.settlement,
        "daylight_only": found.daylight_only,
        "total": _group(found, found.total),
        "groups": [
            {"group": label(found.by, group.number), **_group(found, group)}
            for group in found.groups
        ],
    }
    return orjson.dumps(document)


def _group(found: Accuracy, group: Group) -> dict[str, object]:
    asked, sums = found.asked, group.sums
    units = Units(asked.scope.project.units)
    measured = metrics(sums, asked.interval_seconds * SECOND_US)
    return {
        "intervals": group.intervals,
        "pairs": sums.pairs,
        "missing_forecasts": group.missing_forecasts,
        "missing_observations": group.missing_observations,
        "estimated_observations": group.estimated,
        "settlement_versions": versions(asked, group.versions, "pairs"),
        "forecast": units.energy(sums.forecast),
        "observed": units.energy(sums.observed),
        **_errors(units, measured),
        **_skill(measured, sums),
        **_quantiles(units, measured, sums),
    }


def _errors(units: Units, measured: Metrics) -> dict[str, object]:
    return {
        "mae": units.power(measured.mae),
        "rmse": units.power(measured.rmse),
        "bias": units.power(measured.bias),
        "nmae": ratio(measured.nmae),
        "nrmse": ratio(measured.nrmse),
        "nmbe": ratio(measured.nmbe),
    }


def _skill(measured: Metrics, sums: Sums) -> dict[str, object]:
    return {"skill": ratio(measured.skill), "skill_pairs": sums.referenced}


def _quantiles(units: Units, measured: Metrics, sums: Sums) -> dict[str, object]:
    return {
        "pinball_p10": units.power(measured.pinball_p10),
        "pinball_p90": units.power(measured.pinball_p90),
        "p10_reached": ratio(measured.p10_reached),
        "p90_reached": ratio(measured.p90_reached),
        "p10_pairs": sums.p10_pairs,
        "p90_pairs": sums.p90_pairs,
    }
