"""GET /cds/v1/aggregations."""

from api.documents.aggregations import AGGREGATION, BODY, BY_TYPE, OPTIONAL
from api.parameters import Parameter, words
from api.query.listed import rows_of
from api.represent.objects import Published
from api.routes import cds_parameters as cds
from api.routes.objects import Listing

_PUBLISHED = Published.by(AGGREGATION, tuple(OPTIONAL), absent=tuple(BY_TYPE))

LISTING = Listing(
    name="aggregations",
    path="/aggregations",
    title="Aggregations",
    description="Declared groups with a member that the token may see, and their visible members,"
    " last modified first (CDS-WG3-01 10.7). Their sums are not published as usage segments.",
    filters=(
        Parameter("cds_aggregation_ids", words, f"Ids of aggregations. {cds.LIST}", "golden"),
        Parameter("aggregation_numbers", words, f"Aggregation numbers. {cds.LIST}", "AGG-1"),
        Parameter(
            "aggregation_types", words, f"Kinds of aggregation. {cds.LIST}", "meter_number region"
        ),
        cds.Q,
    ),
    body=BODY,
    statement=rows_of("aggregations", "age_rank", "cds_aggregation_id"),
    represent=lambda row, grant: _PUBLISHED.shown(row, details=grant.details),
)
router = LISTING.router()
