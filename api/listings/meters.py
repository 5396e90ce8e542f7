"""GET /cds/v1/meter-devices."""

from api.listings.catalogue import METERS
from api.listings.catalogue_objects import meter_device
from api.listings.listing import Listing
from api.web import cds_parameters as cds
from api.web.describe import link
from api.web.parameters import Parameter, words
from api.web.schema import listing_body, members

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

LISTING = Listing(
    name="meter_devices",
    path="/meter-devices",
    title="Meter devices",
    description="The meters that the token may see, last modified first (CDS-WG3-01 10.4). A client"
    " without details sees no meter_number here.",
    filters=(
        cds.METERDEVICE_IDS,
        (cds.METER_NUMBERS, cds.METER_NUMBER),
        Parameter(
            "current_servicepoints",
            words,
            f"Ids of service points that it is at now. {cds.LIST}",
            "sp-serf-east-1",
        ),
        Parameter(
            "previous_servicepoints",
            words,
            f"Ids of service points that it was at before. {cds.LIST}",
            "sp-serf-east-1",
        ),
        cds.Q,
    ),
    body=BODY,
    statement=METERS,
    represent=lambda meter, grant: meter_device(meter, details=grant.details),
    links={
        "segments": link(
            "list_usage_segments", "cds_meterdevice_ids", "/meter_devices/0/cds_meterdevice_id"
        ),
        "samples": link("list_samples", "meter_number", "/meter_devices/0/meter_number"),
        "registers": link("list_registers", "meter_number", "/meter_devices/0/meter_number"),
    },
)
router = LISTING.router()
