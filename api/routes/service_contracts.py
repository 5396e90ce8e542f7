"""GET /cds/v1/service-contracts."""

from api.documents.service_contracts import BODY, CONTRACT, OPTIONAL
from api.parameters import Parameter, words
from api.query.listed import rows_of
from api.represent.objects import Published
from api.routes import cds_parameters as cds
from api.routes.objects import Listing

_PUBLISHED = Published.by(CONTRACT, tuple(OPTIONAL))

LISTING = Listing(
    name="service_contracts",
    path="/service-contracts",
    title="Service contracts",
    description="The contracts of the projects that the token may see, last modified first"
    " (CDS-WG3-01 10.2). A client without details sees no numbers, addresses and dates.",
    filters=(
        cds.CONTRACT_IDS,
        cds.ACCOUNT_NUMBERS,
        cds.CONTRACT_NUMBERS,
        Parameter(
            "contract_statuses",
            words,
            f"Of active, paused, stopped, closed, unknown. {cds.LIST}",
            "active paused",
        ),
        Parameter("contract_types", words, f"Kinds of contract. {cds.LIST}", "gridfeed_ppa"),
        Parameter("service_types", words, f"Services provided. {cds.LIST}", "generation supply"),
        cds.Q,
    ),
    body=BODY,
    statement=rows_of("service_contracts", "age_rank", "cds_servicecontract_id"),
    represent=lambda row, grant: _PUBLISHED.shown(row, details=grant.details),
)
router = LISTING.router()
