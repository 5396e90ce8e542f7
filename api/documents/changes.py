"""The change feed."""

from api.documents.schema import array_of, members

_CHANGE = members(
    {
        "change_id": ("string", "text order is feed order"),
        "kind": ("string", "CREATED, UPDATED, CORRECTED or FINALIZED"),
        "meter_number": ("string", "of the meter"),
        "cds_productionproject_id": ("string", "of its project"),
        "production_format": ("string", "as in usage segments"),
        "channel": ("string", "GROSS, STATION_LOAD or NET"),
        "interval_from": ("datetime", "start of the first interval that changed"),
        "interval_to": ("datetime", "end of the last one"),
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
    }
)
BODY = {
    **members({"next": ("string", "what to give as `after` next time")}),
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
            }
        ],
        "next": "00000000000000000812-0000000000000000042",
    },
}
BODY["properties"] |= {"changes": array_of(_CHANGE)}
BODY["required"] += ["changes"]
