"""Completeness."""

from api.web.schema import Member, array_of, members

_NUMBERS: dict[str, Member] = {
    "expected": ("integer", "intervals that ought to have a value"),
    "received": ("integer", "intervals that have one"),
    "estimated": ("integer", "of the received: estimated, not measured"),
    "missing": ("integer", "intervals without"),
    "share": ("number?", "received / expected, rounded down; null when nothing is expected"),
}
_DAY = members("CompletenessDay", {"start": ("datetime", "of the local day"), **_NUMBERS})
_STREAM = members(
    "CompletenessStream",
    {
        "production_format": (
            "string",
            "scada, settlement, forecast_day_ahead or forecast_hour_ahead",
        ),
        "channel": ("string", "GROSS, STATION_LOAD or NET"),
        "interval": ("integer", "seconds of an interval"),
        **_NUMBERS,
        "final_through": (
            "datetime?",
            "every interval before it is final; null: none is, forecasts, or as_of",
        ),
        "synced_at": (
            "datetime?",
            "everything that arrived before it is published; null: not known, or as_of",
        ),
    },
    days=(array_of(_DAY), "with by=day"),
)
_METER = members(
    "CompletenessMeter",
    {
        "meter_number": ("string", "of the meter"),
        "streams": (array_of(_STREAM), "by production format and channel"),
    },
)

BODY = {
    **members(
        "Completeness",
        {
            "timezone": ("string", "of the days"),
            "start": ("datetime", "as asked for"),
            "end": ("datetime", "as asked for"),
            "as_of": ("datetime?", "as asked for"),
            "meters": (array_of(_METER), "each meter that was asked for"),
        },
        meter_number=("string", "as asked for"),
        cds_productionproject_id=("string", "as asked for"),
    ),
    "example": {
        "meter_number": "serf-east-1",
        "timezone": "America/Denver",
        "start": "2026-03-01T07:00:00Z",
        "end": "2026-03-02T07:00:00Z",
        "as_of": None,
        "meters": [
            {
                "meter_number": "serf-east-1",
                "streams": [
                    {
                        "production_format": "scada",
                        "channel": "GROSS",
                        "interval": 300,
                        "expected": 288,
                        "received": 286,
                        "estimated": 3,
                        "missing": 2,
                        "share": 0.993055,
                        "final_through": "2026-03-06T17:20:00Z",
                        "synced_at": "2026-03-06T17:30:02Z",
                    }
                ],
            }
        ],
    },
}
