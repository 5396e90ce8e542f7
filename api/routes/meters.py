"""GET /cds/v1/meter-devices."""

from api.describe import link
from api.documents.meters import BODY
from api.parameters import Parameter, words
from api.query.catalogue import METERS
from api.represent.catalogue import meter_device
from api.routes import cds_parameters as cds
from api.routes.objects import Listing

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
