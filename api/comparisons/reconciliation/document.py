"""SCADA against settlement."""

from api.comparisons.accuracy.document import HEADING, HEADING_EXAMPLE, versions
from api.web.schema import Member, array_of, members, or_null
from gridfeed.domain.published.reconciliation import Status

_VERSIONS = versions("ReconciledVersion", "intervals", "compared intervals of this version")
_ROW: dict[str, Member] = {
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
    "settlement_versions": (_VERSIONS, "which versions were compared"),
}
_LINE = members(
    "Line",
    {
        "slope": ("number", "a of settlement = a x SCADA + b"),
        "intercept": ("number", "b, energy of an interval"),
        "r_squared": ("number", "share of settlement's variance that the line explains"),
        "intervals": ("integer", "well covered intervals that have both"),
    },
)
_STATUSES = members("StatusCounts", {status.value: ("integer", "intervals") for status in Status})
#: What only a sum of intervals has.
_SUM: dict[str, Member] = {
    "intervals": ("integer", "in the row"),
    "compared": ("integer", "intervals that have both energies"),
    "compared_scada": ("number?", "energy of those"),
    "compared_settlement": ("number?", "energy of those"),
    "statuses": (_STATUSES, "how many intervals have which status"),
    "line": (or_null(_LINE), "null: one does not vary"),
}
_RECONCILED = members("ReconciledRow", _ROW, **_SUM)
_RESIDUAL = members(
    "ShiftResidual", {"shift": ("integer", "-1, 0, 1"), "rms": ("number", "energy of an interval")}
)
_SHIFT = members(
    "ClockShift",
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
        "residuals": (array_of(_RESIDUAL), "root mean square that each shift leaves"),
    },
)

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
        "Reconciliation",
        {
            **HEADING,
            "scada_reading_validity": ("string", "total_gross or net_metering"),
            "settlement_reading_validity": ("string", "total_gross or net_metering"),
            "tolerance_percent": ("number", "as asked for"),
            "tolerance_capacity_percent": ("number", "as asked for"),
            "minimum_coverage": ("number", "as asked for"),
            "clock_shift": (_SHIFT, "whether the clocks of both agree"),
            "total": (or_null(_RECONCILED), "null: no interval"),
            "rows": (
                array_of(_RECONCILED),
                "in order; by=interval without the members that only a sum has",
            ),
        },
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
