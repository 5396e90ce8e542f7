"""GET /cds/v1/aggregations."""

from api.listings.listing import Listing
from api.listings.objects import Published
from api.listings.query import rows_of
from api.web import cds_parameters as cds
from api.web.parameters import Parameter, words
from api.web.schema import HEAD, Member, array_of, listing_body, members

_REGION = members(
    "Region",
    {
        "id": ("string", "unique and stable"),
        "name": ("string", "for people"),
        "types": ("string[]", "what describes it"),
    },
    postal_codes=("string[]", "of type postal_code"),
    counties=("string[]", "of type county"),
    neighborhoods=("string[]", "of type neighborhood"),
    city_blocks=("string[]", "of type city_block"),
    map_resource=("string?", "of type geographic: URL of a map"),
    map_content_type=("string?", "of the map, e.g. image/png"),
    geojson_resource=("string?", "of type geographic: URL of a GeoJSON in WGS 84"),
)
OPTIONAL: dict[str, Member] = {"grouped_addresses": ("string[]", "addresses it groups")}
#: An object has them with the aggregation type that asks for them.
BY_TYPE: dict[str, Member] = {
    "countries": ("string[]", "of type country: ISO 3166 codes"),
    "provinces": ("string[]", "of type province"),
    "municipalities": ("string[]", "of type municipality"),
}
AGGREGATION = members(
    "Aggregation",
    {
        "cds_aggregation_id": ("string", "unique and stable"),
        **HEAD,
        "aggregation_types": ("string[]", "meter_number, confidential, ..."),
        "aggregation_number": ("string?", "what clients know it by; null if there is none"),
        "scope": ("string", "opens its data; empty: sums are not published, its members' data are"),
        "authorization_details": ("object[]", "none on this server"),
        "grouped_accounts": ("string[]", "accounts it adds up"),
        "grouped_servicecontracts": ("string[]", "service contracts it adds up"),
        "grouped_servicepoints": ("string[]", "service points it adds up"),
        "grouped_meterdevices": ("string[]", "meter devices it adds up"),
        "grouped_aggregations": ("string[]", "aggregations it adds up"),
        "grouped_regions": (array_of(_REGION), "parts of the world that it is of"),
        "consent_requirements": ("object[]", "none on this server"),
    },
    **OPTIONAL,
    **BY_TYPE,
)
BODY = listing_body(
    "aggregations",
    AGGREGATION,
    {
        "cds_aggregation_id": "golden",
        "cds_created": "2026-01-01T00:00:00Z",
        "cds_modified": "2026-02-01T00:00:00Z",
        "cds_synced": "2026-03-02T10:15:04Z",
        "aggregation_types": ["meter_number", "municipality", "confidential"],
        "aggregation_number": "AGG-1",
        "scope": "",
        "authorization_details": [],
        "grouped_accounts": [],
        "grouped_servicecontracts": [],
        "grouped_servicepoints": [],
        "grouped_meterdevices": ["md-mesa-top-1", "md-serf-east-1"],
        "grouped_aggregations": [],
        "grouped_regions": [],
        "consent_requirements": [],
        "grouped_addresses": [],
        "municipalities": ["Golden"],
    },
)

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
    statement=rows_of("listings/aggregations", "age_rank", "cds_aggregation_id"),
    represent=lambda row, grant: _PUBLISHED.shown(row, details=grant.details),
)
router = LISTING.router()
