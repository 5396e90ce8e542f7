"""Raw samples."""

from api.web.schema import array_of, members

_SAMPLE = members(
    "Sample",
    {
        "observed_at": ("datetime", "to the microsecond"),
        "power_kw": ("number", "generation positive, station load negative, to 10^-9 kW"),
        "quality": ("string", "GOOD, UNCERTAIN, BAD or SUBSTITUTED"),
        "channel": ("string", "GROSS, STATION_LOAD or NET"),
    },
)
BODY = {
    **members(
        "SamplePage",
        {
            "meter_number": ("string", "as asked for"),
            "samples": (array_of(_SAMPLE), "by time"),
            "next": ("string?", "URL of the samples that follow, null when there are none"),
        },
    ),
    "example": {
        "meter_number": "serf-east-1",
        "samples": [
            {
                "observed_at": "2026-03-01T07:00:00.000000Z",
                "power_kw": 4.25,
                "quality": "GOOD",
                "channel": "GROSS",
            }
        ],
        "next": None,
    },
}
