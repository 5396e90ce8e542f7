"""GET /cds/v1/production-projects."""

from api.listings.catalogue import PROJECTS
from api.listings.catalogue_objects import production_project
from api.listings.listing import Listing
from api.web import cds_parameters as cds
from api.web.describe import link
from api.web.parameters import Parameter, instant, known_words_of, words
from api.web.schema import listing_body, members
from gridfeed.domain.words import ProductionFormat, ReadingValidity

_PROJECT = members(
    "ProductionProject",
    {
        "cds_productionproject_id": ("string", "unique and stable"),
        "cds_created": ("datetime", "when it was declared"),
        "cds_modified": ("datetime", "last change of a declared field, or of the list of meters"),
        "cds_synced": ("datetime", "when the declaration was last confirmed"),
        "contract_start_date": ("datetime?", "instant the contract takes effect, inclusive"),
        "contract_end_date": ("datetime?", "instant the contract ceases, exclusive; null: open"),
        "meter_number": ("string[]", "numbers of its meters, ascending"),
        "available_formats": ("string[]", "production formats there are values of"),
        "contract_rule": ("string?", "share of the energy under contract, e.g. 37.5%"),
        "contract_type": ("string?", "kind of contract"),
        "available_reading_validity": ("string[]", "bases there are values of"),
        "timezone": ("string", "IANA name; days are local to it"),
        "related_accounts": ("string[]", "account of who publishes it"),
        "related_servicecontracts": ("string[]", "its contracts, former ones too"),
        "related_servicepoints": ("string[]", "where its meters are or were"),
        "related_meterdevices": ("string[]", "ids of the same meters as meter_number"),
    },
    gridfeed_name=("string", "name for people; to clients with details alone"),
)
BODY = listing_body(
    "production_projects",
    _PROJECT,
    {
        "cds_productionproject_id": "serf-east",
        "cds_created": "2026-01-01T00:00:00Z",
        "cds_modified": "2026-02-01T00:00:00Z",
        "cds_synced": "2026-03-02T10:15:04Z",
        "contract_start_date": "2020-01-01T07:00:00Z",
        "contract_end_date": "2030-01-01T07:00:00Z",
        "meter_number": ["serf-east-1"],
        "available_formats": ["settlement", "scada"],
        "contract_rule": "100%",
        "contract_type": "PPA",
        "available_reading_validity": ["total_gross", "contracted"],
        "timezone": "America/Denver",
        "related_accounts": ["ac-default"],
        "related_servicecontracts": ["sc-serf-east"],
        "related_servicepoints": ["sp-serf-east-1"],
        "related_meterdevices": ["md-serf-east-1"],
        "gridfeed_name": "SERF East",
    },
)

CONTRACT_TYPES = Parameter("contract_types", words, f"Kinds of contract. {cds.LIST}", "PPA")
FORMATS = Parameter(
    "available_formats",
    known_words_of(ProductionFormat),
    f"Production formats that a project has values of. {cds.LIST}",
    "scada settlement",
)
VALIDITIES = Parameter(
    "available_reading_validity",
    known_words_of(ReadingValidity),
    f"Reading validities that a project has values of. {cds.LIST}",
    "net_metering",
)
BEFORE = Parameter(
    "before",
    instant,
    "Keep projects whose contract_start_date is at or before this RFC 3339 date-time.",
    "2026-01-01T00:00:00Z",
    {"type": "string", "format": "date-time"},
)
AFTER = Parameter(
    "after",
    instant,
    "Keep projects whose contract_end_date is at or after this RFC 3339 date-time, or null.",
    "2026-01-01T00:00:00Z",
    {"type": "string", "format": "date-time"},
)
LISTING = Listing(
    name="production_projects",
    path="/production-projects",
    title="Production projects",
    description="The projects that the token may see, last modified first. An extension of"
    " CDS-WG3-01.",
    filters=(
        cds.PROJECT_IDS,
        (cds.METER_NUMBERS, cds.METER_NUMBER),
        cds.METERDEVICE_IDS,
        cds.ACCOUNT_IDS,
        cds.CONTRACT_IDS,
        cds.POINT_IDS,
        CONTRACT_TYPES,
        FORMATS,
        VALIDITIES,
        BEFORE,
        AFTER,
        cds.Q,
    ),
    body=BODY,
    statement=PROJECTS,
    represent=lambda project, _grant: production_project(project),
    links={
        "segments": link(
            "list_usage_segments",
            "cds_productionproject_ids",
            "/production_projects/0/cds_productionproject_id",
        )
    },
)
router = LISTING.router()
