"""Scores of forecasts."""

from api.web.schema import Member, Schema, array_of, members

HEADING: dict[str, Member] = {
    "meter_number": ("string?", "as asked for; null: a project was asked for"),
    "cds_productionproject_id": ("string", "the project whose calendar and units hold"),
    "timezone": ("string", "of hours, days and months"),
    "start": ("datetime", "as asked for"),
    "end": ("datetime", "as asked for"),
    "interval": ("integer", "seconds of the intervals that are compared"),
    "units": ("string", "of all energies: Wh, kWh or MWh"),
    "power_units": ("string", "of all powers: W, kW or MW"),
    "by": ("string", "as asked for"),
    "as_of": ("datetime?", "as asked for"),
    "settlement": ("string", "as asked for"),
}
HEADING_EXAMPLE = {
    "meter_number": "serf-east-1",
    "cds_productionproject_id": "serf-east",
    "timezone": "America/Denver",
    "start": "2026-03-01T07:00:00Z",
    "end": "2026-03-02T07:00:00Z",
    "interval": 900,
    "units": "kWh",
    "power_units": "kW",
    "by": "day",
    "as_of": None,
    "settlement": "latest",
}


def versions(name: str, counted: str, text: str) -> Schema:
    """Return the JSON Schema of counts by settlement version.

    name: of the component. counted: name of the count. text: what is counted.
    """
    schema = members(
        name,
        {
            "settlement_version": ("integer", "0 is initial"),
            "settlement_run": ("string?", "the code that the project declares for it"),
            counted: ("integer", text),
        },
    )
    return array_of(schema)


_GROUP_NAME = {"type": ["string", "integer"]}
_VERSIONS = versions("ScoredVersion", "pairs", "pairs whose truth was this version")
_SCORE: dict[str, Member] = {
    "intervals": ("integer?", "of the calendar; null by lead_hour"),
    "pairs": ("integer", "forecasts that have an observation; with vintage=all of every vintage"),
    "missing_forecasts": ("integer?", "intervals observed and not forecast; null by lead_hour"),
    "missing_observations": ("integer?", "intervals forecast, not observed; null by lead_hour"),
    "estimated_observations": ("integer", "pairs whose observation is not all measured"),
    "forecast": ("number", "energy of the pairs, exact"),
    "observed": ("number", "energy of the pairs, exact"),
    "mae": ("number?", "mean absolute error, mean power of the interval"),
    "rmse": ("number?", "root mean square error"),
    "bias": ("number?", "mean error; positive: less was produced than forecast"),
    "nmae": ("number?", "mae as a share of capacity"),
    "nrmse": ("number?", "rmse as a share of capacity"),
    "nmbe": ("number?", "bias as a share of capacity"),
    "skill": ("number?", "1 - rmse / rmse of persistence, over the pairs that it has a value for"),
    "skill_pairs": ("integer", "those pairs"),
    "pinball_p10": ("number?", "mean pinball loss of p10, as power"),
    "pinball_p90": ("number?", "mean pinball loss of p90, as power"),
    "p10_reached": ("number?", "share of observations that are not above p10; reliable is 0.1"),
    "p90_reached": ("number?", "share of observations that are not above p90; reliable is 0.9"),
    "p10_pairs": ("integer", "pairs that have a p10"),
    "p90_pairs": ("integer", "pairs that have a p90"),
    "settlement_versions": (_VERSIONS, "which versions the truth was"),
}
_GROUP = members(
    "ScoreGroup",
    {
        **_SCORE,
        "group": (
            _GROUP_NAME,
            "lead_hour and hour_of_day: the hour; day and month: 2026-03-01, 2026-03",
        ),
    },
)
_EXAMPLE_SCORE = {
    "intervals": 96,
    "pairs": 96,
    "missing_forecasts": 0,
    "missing_observations": 0,
    "estimated_observations": 0,
    "settlement_versions": [{"settlement_version": 2, "settlement_run": "FINAL", "pairs": 96}],
    "forecast": 31.5,
    "observed": 30.25,
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
BODY = {
    **members(
        "ForecastAccuracy",
        {
            **HEADING,
            "production_format": ("string", "the forecasts that are scored"),
            "vintage": ("string", "as asked for"),
            "model": ("string?", "as asked for"),
            "truth": ("string", "what was observed: settlement or scada"),
            "truth_reading_validity": ("string", "total_gross or net_metering"),
            "daylight_only": ("boolean", "as asked for"),
            "total": (members("Score", _SCORE), "over everything"),
            "groups": (array_of(_GROUP), "in order; none for by=none"),
        },
    ),
    "example": {
        **HEADING_EXAMPLE,
        "production_format": "forecast_day_ahead",
        "vintage": "gate",
        "model": None,
        "truth": "settlement",
        "truth_reading_validity": "net_metering",
        "daylight_only": False,
        "total": _EXAMPLE_SCORE,
        "groups": [{"group": "2026-03-01", **_EXAMPLE_SCORE}],
    },
}
