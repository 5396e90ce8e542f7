"""GET /cds/v1/production-projects."""

from api.describe import link
from api.documents.projects import BODY
from api.parameters import Parameter, instant, known_words_of, words
from api.query.catalogue import PROJECTS
from api.represent.catalogue import production_project
from api.routes import cds_parameters as cds
from api.routes.objects import Listing
from gridfeed.domain.words import ProductionFormat, ReadingValidity

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
