"""The change feed."""

from api.web.schema import array_of, members

_VALUE = members(
    "ChangeValue",
    {
        "interval_start": ("datetime", "of the interval"),
        "energy": ("number?", "exact, in `units`; generation is positive"),
        "mean_power": ("number?", "in power_units; telemetry"),
        "peak_power": ("number?", "in power_units; telemetry"),
        "p10": ("number?", "forecasts: quantiles of the energy, in `units`"),
        "p90": ("number?", "as p10"),
        "quality": ("string?", "as in usage segments; null for forecasts"),
        "samples": ("integer?", "telemetry: how many the value is of"),
        "coverage_seconds": ("number?", "telemetry: how much of the interval they cover"),
        "settlement_version": ("integer?", "settlement: the run's rank"),
        "issued_at": ("datetime?", "forecasts: when it was issued"),
        "recorded_at": ("datetime", "when the value was written"),
    },
)
CHANGE = members(
    "Change",
    {
        "change_id": ("string", "text order is feed order"),
        "kind": ("string", "CREATED, UPDATED, CORRECTED or FINALIZED"),
        "meter_number": ("string", "of the meter"),
        "cds_productionproject_id": ("string", "of its project"),
        "production_format": ("string", "as in usage segments"),
        "channel": ("string", "GROSS, STATION_LOAD or NET"),
        "interval_from": ("datetime", "start of the first interval that changed"),
        "interval_to": (
            "datetime",
            (
                "end of the last one; what lies between may not all be yours, if the meter left"
                " your project and came back"
            ),
        ),
        "interval_seconds": ("integer", "length of each"),
        "recorded_at": ("datetime", "when the values were written"),
        "cause": (
            "string?",
            (
                "first, samples, late_samples, settlement_version, reread, vintage, estimate, edit,"
                " withdrawn or measured; null: not known"
            ),
        ),
        "delta_energy": (
            "number?",
            (
                "new energy minus former, of the whole range; generation is positive here, unlike"
                " in usage segments; null where there was none before, or there is none now"
            ),
        ),
        "units": ("string", "of delta_energy: Wh, kWh or MWh"),
        "t_observed": (
            "datetime?",
            (
                "when the newest reading behind it was observed (samples), read (settlement) or"
                " issued (forecasts); null where no message is behind it"
            ),
        ),
        "t_ingested": ("datetime?", "when the broker appended the newest message behind it"),
        "t_stored": ("datetime", "when the values were written: recorded_at"),
        "t_published": ("datetime", "when this server handed it out; of no meaning for the value"),
    },
    coalesced=(
        "integer",
        "where the reader was behind: how many updates of this open interval it stands for",
    ),
    coalesced_from=("string", "change_id of the first of them"),
    power_units=("string", "with include=values: W, kW or MW"),
    values=(
        array_of(_VALUE) | {"type": ["array", "null"]},
        (
            "with include=values: what it published, without what is no longer kept; null where"
            " it is over more than 300 intervals: read them from usage segments"
        ),
    ),
)
BODY = {
    **members(
        "ChangePage",
        {
            "changes": (array_of(CHANGE), "in the order of the feed"),
            "next": ("string", "what to give as `after` next time"),
        },
    ),
    "example": {
        "changes": [
            {
                "change_id": "00000000000000000812-0000000000000000042",
                "kind": "CORRECTED",
                "meter_number": "serf-east-1",
                "cds_productionproject_id": "serf-east",
                "production_format": "scada",
                "channel": "GROSS",
                "interval_from": "2026-03-01T07:00:00Z",
                "interval_to": "2026-03-01T07:05:00Z",
                "interval_seconds": 300,
                "recorded_at": "2026-03-01T08:10:01.204113Z",
                "cause": "late_samples",
                "delta_energy": -0.125,
                "units": "kWh",
                "t_observed": "2026-03-01T07:03:12.5Z",
                "t_ingested": "2026-03-01T08:10:00.731Z",
                "t_stored": "2026-03-01T08:10:01.204113Z",
                "t_published": "2026-03-01T08:10:01.391852Z",
            }
        ],
        "next": "00000000000000000812-0000000000000000042",
    },
}
