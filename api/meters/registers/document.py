"""Register reads and the energies between them."""

from api.web.schema import array_of, members

_READ = members(
    "RegisterRead",
    {
        "read_at": ("datetime", "when the register showed it"),
        "value": ("string", "the dials, verbatim"),
        "digits": ("integer", "whole dials; it begins again after 10^digits units"),
        "multiplier": ("string", "kWh per unit, an exact decimal"),
        "exchange": ("string?", "of the two reads of a meter exchange: final (old), initial (new)"),
        "recorded_at": ("datetime", "when it was recorded"),
    },
)
_CHECK = members(
    "RegisterCheck",
    {
        "status": ("string", "ok, differs, incomplete or not_comparable"),
        "production_format": ("string?", "of the intervals: settlement, else scada"),
        "reading_validity": ("string?", "of the intervals: net_metering, else total_gross"),
        "energy": ("number?", "sum of the intervals, null unless they fill the time"),
        "difference": ("number?", "register minus intervals"),
        "tolerance": ("number", "one unit of the last dial"),
    },
)
_ENERGY = members(
    "RegisterEnergy",
    {
        "start": ("datetime", "the earlier read"),
        "end": ("datetime", "the later read"),
        "energy": ("number?", "what the register counted, exact; null: unknown, flags say why"),
        "flags": (
            "string[]",
            (
                "rollover, exchange (at the end), ambiguous_rollover; implausible_jump,"
                " changed_without_exchange, ambiguous_instant: the energy is unknown"
            ),
        ),
        "check": (_CHECK, "whether register and intervals agree"),
    },
)
_REGISTER = members(
    "Register",
    {
        "register": ("string", "its name"),
        "reads": (array_of(_READ), "in order"),
        "energies": (array_of(_ENERGY), "between neighbouring reads, in order"),
    },
)
BODY = {
    **members(
        "Registers",
        {
            "meter_number": ("string", "as asked for"),
            "units": ("string", "of all energies: the project's"),
            "as_of": ("datetime?", "as asked for"),
            "registers": (array_of(_REGISTER), "each register that was read"),
        },
    ),
    "example": {
        "meter_number": "serf-east-1",
        "units": "kWh",
        "as_of": None,
        "registers": [
            {
                "register": "total",
                "reads": [
                    {
                        "read_at": at,
                        "value": value,
                        "digits": 5,
                        "multiplier": "40.000000",
                        "exchange": None,
                        "recorded_at": recorded_at,
                    }
                    for at, value, recorded_at in (
                        ("2026-03-01T00:00:00Z", "99987", "2026-03-01T00:05:01.204113Z"),
                        ("2026-04-01T00:00:00Z", "00012", "2026-04-01T00:05:01.310007Z"),
                    )
                ],
                "energies": [
                    {
                        "start": "2026-03-01T00:00:00Z",
                        "end": "2026-04-01T00:00:00Z",
                        "energy": 1000.0,
                        "flags": ["rollover"],
                        "check": {
                            "status": "ok",
                            "production_format": "settlement",
                            "reading_validity": "net_metering",
                            "energy": 1012.5,
                            "difference": -12.5,
                            "tolerance": 40.0,
                        },
                    }
                ],
            }
        ],
    },
}
