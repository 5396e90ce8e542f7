"""GET /cds/v1/service-contracts."""

from api.listings.entity import ENTITY
from api.listings.listing import Listing
from api.listings.objects import Published
from api.listings.query import rows_of
from api.web import cds_parameters as cds
from api.web.parameters import Parameter, words
from api.web.schema import HEAD, Member, listing_body, members, or_null

OPTIONAL: dict[str, Member] = {
    "account_number": ("string", "of the account that owns it"),
    "contract_number": ("string?", "what the customer knows it by; null if there is none"),
    "contract_address": ("string", "may have several lines"),
    "contract_entity": (or_null(ENTITY), "whom it is with"),
    "contract_start": ("date", "local date; if it is not declared, the day the contract was"),
    "contract_end": ("date?", "local date on which it is over; null while ongoing"),
}
CONTRACT = members(
    "ServiceContract",
    {
        "cds_servicecontract_id": ("string", "unique and stable"),
        **HEAD,
        "cds_account_id": ("string", "account that owns it"),
        "contract_types": ("string[]", "gridfeed_ppa (a power purchase agreement), ..."),
        "contract_status": ("string", "active, paused, stopped, closed or unknown"),
        "service_types": ("string[]", "electric, metered, generation, ..."),
    },
    **OPTIONAL,
)
BODY = listing_body(
    "service_contracts",
    CONTRACT,
    {
        "cds_servicecontract_id": "sc-serf-east",
        "cds_created": "2026-01-01T00:00:00Z",
        "cds_modified": "2026-02-01T00:00:00Z",
        "cds_synced": "2026-03-02T10:15:04Z",
        "cds_account_id": "ac-default",
        "contract_types": ["gridfeed_ppa"],
        "contract_status": "active",
        "service_types": ["electric", "metered", "generation"],
        "account_number": "A-1001",
        "contract_number": "PPA-7",
        "contract_address": "15013 Denver West Parkway\nGolden, CO 80401",
        "contract_entity": {
            "id": "serf",
            "types": ["generator"],
            "entity_number": "serf",
            "entity_name": "SERF Power",
            "entity_abbreviation": None,
        },
        "contract_start": "2020-01-01",
        "contract_end": None,
    },
)

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
    statement=rows_of("listings/service_contracts", "age_rank", "cds_servicecontract_id"),
    represent=lambda row, grant: _PUBLISHED.shown(row, details=grant.details),
)
router = LISTING.router()
