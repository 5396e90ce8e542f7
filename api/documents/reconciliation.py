"""SCADA against settlement."""

from typing import Any

from api.documents.accuracy import HEADING, HEADING_EXAMPLE, versions
from api.documents.schema import array_of, members
from gridfeed.domain.reconciliation import Status

_ROW = {
    "local": ("string?", "the local date or month, null for an interval and the total"),
    "start": ("datetime", "of the first interval"),
    "end": ("datetime", "of the last interval"),
    "status": (
        "string",
        "within, outside, low_coverage, scada_missing, settlement_missing or both_missing",
    ),
    "scada": ("number?", "energy of all intervals that have one, exact"),
    "settlement": ("number?", "energy of all intervals that have one, exact"),
    "difference": ("number?", "settlement minus SCADA, of the intervals that have both"),
    "percent": ("number?", "difference in percent of the settled energy, null of zero energy"),
    "tolerance": ("number?", "the largest difference that is within"),
    "coverage": ("number?", "share of the compared time that SCADA samples cover, 0 to 1"),
}
_LINE = members(
    {
        "slope": ("number", "a of settlement = a x SCADA + b"),
        "intercept": ("number", "b, energy of an interval"),
        "r_squared": ("number", "share of settlement's variance that the line explains"),
        "intervals": ("integer", "well covered intervals that have both"),
    }
)
_SUM = {
    "intervals": ("integer", "in the row"),
    "compared": ("integer", "intervals that have both energies"),
    "compared_scada": ("number?", "energy of those"),
    "compared_settlement": ("number?", "energy of those"),
}
_SHIFT = members(
    {
        "verdict": (
            "string",
            "aligned; shifted: best_shift is clearly better; undetermined: too little to tell",
        ),
        "best_shift": (
            "integer?",
            "-1, 0, 1 intervals that settlement is late; 1: times of interval ends read as starts",
        ),
        "residual_left": ("number?", "squares that the best shift leaves, of those without shift"),
        "intervals": ("integer", "settled intervals that were compared at every shift"),
    }
)
_SHIFT["properties"] |= {
    "residuals": array_of(
        members({"shift": ("integer", "-1, 0, 1"), "rms": ("number", "energy of an interval")})
    )
}
_SHIFT["required"] += ["residuals"]


def _row() -> dict[str, Any]:
    """Return the schema of a row; only a sum of intervals has the members that are not required."""
    schema = members(_ROW, **_SUM)
    counts = members({status.value: ("integer", "intervals") for status in Status})
    schema["properties"] |= {
        "settlement_versions": versions("intervals", "compared intervals of this version"),
        "statuses": {**counts, "description": "how many intervals have which status"},
        "line": {**_LINE, "type": ["object", "null"], "description": "null: one does not vary"},
    }
    schema["required"] += ["settlement_versions"]
    return schema


_EXAMPLE_LINE = {"slope": 0.985012, "intercept": -0.0021, "r_squared": 0.999871, "intervals": 96}
_EXAMPLE_STATUSES = dict.fromkeys((status.value for status in Status), 0)
_EXAMPLE_ROW = {
    "local": "2026-03-01",
    "start": "2026-03-01T07:00:00Z",
    "end": "2026-03-02T07:00:00Z",
    "status": "within",
    "scada": 30.9,
    "settlement": 30.4,
    "difference": -0.5,
    "percent": -1.644737,
    "tolerance": 0.72,
    "coverage": 0.998,
    "settlement_versions": [{"settlement_version": 2, "settlement_run": "FINAL", "intervals": 96}],
    "intervals": 96,
    "compared": 96,
    "compared_scada": 30.9,
    "compared_settlement": 30.4,
    "statuses": _EXAMPLE_STATUSES | {"within": 96},
    "line": _EXAMPLE_LINE,
}
BODY = {
    **members(
        {
            **HEADING,
            "scada_reading_validity": ("string", "total_gross or net_metering"),
            "settlement_reading_validity": ("string", "total_gross or net_metering"),
            "tolerance_percent": ("number", "as asked for"),
            "tolerance_capacity_percent": ("number", "as asked for"),
            "minimum_coverage": ("number", "as asked for"),
        }
    ),
    "example": {
        **HEADING_EXAMPLE,
        "scada_reading_validity": "net_metering",
        "settlement_reading_validity": "net_metering",
        "tolerance_percent": 2,
        "tolerance_capacity_percent": 0.5,
        "minimum_coverage": 0.95,
        "clock_shift": {
            "verdict": "aligned",
            "best_shift": 0,
            "residual_left": 1,
            "intervals": 94,
            "residuals": [
                {"shift": -1, "rms": 0.0412},
                {"shift": 0, "rms": 0.0021},
                {"shift": 1, "rms": 0.0409},
            ],
        },
        "total": _EXAMPLE_ROW | {"local": None},
        "rows": [_EXAMPLE_ROW],
    },
}
BODY["properties"] |= {
    "clock_shift": _SHIFT,
    "total": {**_row(), "type": ["object", "null"], "description": "null: no interval"},
    "rows": {
        **array_of(_row()),
        "description": "in order; by=interval without the members that only a sum has",
    },
}
BODY["required"] += ["clock_shift", "total", "rows"]
