"""GET /cds/v1/service-points."""

from api.documents.service_points import BODY, OPTIONAL, POINT
from api.parameters import Parameter, words
from api.query.listed import rows_of
from api.represent.objects import Published
from api.routes import cds_parameters as cds
from api.routes.objects import Listing

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
    statement=rows_of("service_points", "age_rank", "cds_servicepoint_id"),
    represent=lambda row, grant: _PUBLISHED.shown(row, details=grant.details),
)
router = LISTING.router()
