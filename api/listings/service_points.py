"""GET /cds/v1/service-points."""

from api.listings.listing import Listing
from api.listings.objects import Published
from api.listings.query import rows_of
from api.web import cds_parameters as cds
from api.web.parameters import Parameter, words
from api.web.schema import HEAD, Member, array_of, listing_body, members

_PREMISE = members(
    "Premise",
    {
        "id": ("string", "unique and stable"),
        "premise_number": ("string", "of the utility or the municipality"),
        "types": ("string[]", "building, land, ..."),
    },
)
OPTIONAL: dict[str, Member] = {
    "servicepoint_address": ("string?", "may have several lines; null if it is not declared"),
    "latitude": ("number?", "degrees; null if it is not declared"),
    "longitude": ("number?", "degrees; null if it is not declared"),
    "premises": (array_of(_PREMISE), "buildings and plots it belongs to"),
}
POINT = members(
    "ServicePoint",
    {
        "cds_servicepoint_id": ("string", "unique and stable"),
        **HEAD,
        "servicepoint_number": ("string?", "what the customer knows it by"),
        "servicepoint_types": ("string[]", "electric, physical, edge, ..."),
        "current_servicecontracts": ("string[]", "contracts of what is measured here now"),
        "previous_servicecontracts": ("string[]", "those it served before"),
    },
    **OPTIONAL,
)
BODY = listing_body(
    "service_points",
    POINT,
    {
        "cds_servicepoint_id": "sp-serf-east-1",
        "cds_created": "2026-01-01T00:00:00Z",
        "cds_modified": "2026-02-01T00:00:00Z",
        "cds_synced": "2026-03-02T10:15:04Z",
        "servicepoint_number": "serf-east-1",
        "servicepoint_types": ["electric", "physical", "edge"],
        "current_servicecontracts": ["sc-serf-east"],
        "previous_servicecontracts": [],
        "servicepoint_address": "15013 Denver West Parkway\nGolden, CO 80401",
        "latitude": 39.742,
        "longitude": -105.1727,
        "premises": [{"id": "p-1", "premise_number": "P-1", "types": ["building"]}],
    },
)

_PUBLISHED = Published.by(POINT, tuple(OPTIONAL))

LISTING = Listing(
    name="service_points",
    path="/service-points",
    title="Service points",
    description="Where the meters that the token may see are or were, last modified first"
    " (CDS-WG3-01 10.3). A client without details sees no addresses, coordinates and premises.",
    filters=(
        cds.POINT_IDS,
        cds.POINT_NUMBERS,
        Parameter(
            "current_servicecontracts",
            words,
            f"Ids of contracts that it serves now. {cds.LIST}",
            "sc-serf-east",
        ),
        Parameter(
            "previous_servicecontracts",
            words,
            f"Ids of contracts that it served before. {cds.LIST}",
            "sc-serf-east",
        ),
        cds.Q,
    ),
    body=BODY,
    statement=rows_of("listings/service_points", "age_rank", "cds_servicepoint_id"),
    represent=lambda row, grant: _PUBLISHED.shown(row, details=grant.details),
)
router = LISTING.router()
