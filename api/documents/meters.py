"""Meter devices."""

from api.documents.schema import listing_body, members

_METER = members(
    "MeterDevice",
    {
        "cds_meterdevice_id": ("string", "unique and stable"),
        "cds_created": ("datetime", "when it was declared"),
        "cds_modified": ("datetime", "last change of a declared field"),
        "cds_synced": ("datetime", "when the declaration was last confirmed"),
        "meter_types": (
            "string[]",
            "bidirectional when net energy or station load is streamed, else reverse_only",
        ),
        "current_servicepoints": ("string[]", "service points it is at now"),
        "previous_servicepoints": ("string[]", "service points it was at before"),
    },
    meter_number=("string", "number that its readings carry"),
)
BODY = listing_body(
    "meter_devices",
    _METER,
    {
        "cds_meterdevice_id": "md-serf-east-1",
        "cds_created": "2026-01-01T00:00:00Z",
        "cds_modified": "2026-02-01T00:00:00Z",
        "cds_synced": "2026-03-02T10:15:04Z",
        "meter_number": "serf-east-1",
        "meter_types": ["electric_usage", "electric_demand", "physical_meter", "reverse_only"],
        "current_servicepoints": ["sp-serf-east-1"],
        "previous_servicepoints": [],
    },
)
