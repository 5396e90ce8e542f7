"""What validation found."""

from dataclasses import asdict, fields

from api.web.schema import array_of, members
from gridfeed.domain.vee.checks import DEFAULTS, Thresholds
from gridfeed.domain.vee.series import Flag

_THRESHOLDS = members(
    "Thresholds",
    {each.name: ("number", "as docs/validation.md says") for each in fields(Thresholds)},
)
_COUNTS = members("FlagCounts", {flag.value: ("integer", "intervals") for flag in Flag})
_FINDING = members(
    "Finding",
    {
        "channel": ("string", "GROSS, STATION_LOAD or NET"),
        "interval_start": ("datetime", "inclusive"),
        "interval_end": ("datetime", "exclusive"),
        "energy": ("number?", "as published, generation positive; null: no value"),
        "flags": ("string[]", ", ".join(Flag)),
    },
)
_ANSWER = members(
    "ValidationFindings",
    {
        "meter_number": ("string", "as asked for"),
        "production_format": ("string", "as asked for"),
        "timezone": ("string", "of the plant's local days"),
        "units": ("string", "of all energies: the project's"),
        "start": ("datetime", "as asked for"),
        "end": ("datetime", "as asked for"),
        "until": ("datetime", "intervals that end later are not expected yet"),
        "as_of": ("datetime?", "as asked for"),
        "thresholds": (_THRESHOLDS, "what the checks allowed; shares are of the meter's capacity"),
        "checked": ("integer", "intervals looked at"),
        "flagged": ("integer", "of these, with at least one flag"),
        "counts": (_COUNTS, "intervals by flag"),
        "intervals": (array_of(_FINDING), "those with a flag, in order"),
    },
)
BODY = {
    **_ANSWER,
    "example": {
        "meter_number": "serf-east-1",
        "production_format": "scada",
        "timezone": "America/Denver",
        "units": "kWh",
        "start": "2026-03-01T07:00:00Z",
        "end": "2026-03-02T07:00:00Z",
        "until": "2026-03-02T07:00:00Z",
        "as_of": None,
        "thresholds": asdict(DEFAULTS),
        "checked": 288,
        "flagged": 1,
        "counts": {flag.value: int(flag is Flag.GAP) for flag in Flag},
        "intervals": [
            {
                "channel": "GROSS",
                "interval_start": "2026-03-01T19:05:00Z",
                "interval_end": "2026-03-01T19:10:00Z",
                "energy": None,
                "flags": ["gap"],
            }
        ],
    },
}
