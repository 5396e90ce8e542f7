"""GET /cds/v1/accounts."""

from api.listings.entity import ENTITY
from api.listings.listing import Listing
from api.listings.objects import Published
from api.listings.query import rows_of
from api.web import cds_parameters as cds
from api.web.parameters import Parameter, words
from api.web.schema import HEAD, Member, array_of, listing_body, members, or_null

_CONTACT = members(
    "Contact",
    {
        "id": ("string", "unique within the account"),
        "types": ("string[]", "phone_number or email, and what else applies"),
        "value": ("string", "the number or the address"),
    },
)
OPTIONAL: dict[str, Member] = {
    "customer_number": ("string?", "groups accounts of one customer; null if there is none"),
    "account_number": ("string", "what the customer knows the account by"),
    "account_entity": (or_null(ENTITY), "who holds the account"),
    "account_name": ("string", "of the independent power producer"),
    "account_address": ("string", "may have several lines"),
    "account_types": ("string[]", "at least one: customer, commercial, industrial, ..."),
    "account_status": ("string", "active, suspended, closed or unknown"),
    "account_contacts": (array_of(_CONTACT), "how its holder is reached"),
}
ACCOUNT = members(
    "Account",
    {
        "cds_account_id": ("string", "unique and stable"),
        **HEAD,
        "cds_account_parent": ("string?", "id of the account it belongs to; always null here"),
    },
    **OPTIONAL,
)
BODY = listing_body(
    "accounts",
    ACCOUNT,
    {
        "cds_account_id": "ac-default",
        "cds_created": "2026-01-01T00:00:00Z",
        "cds_modified": "2026-02-01T00:00:00Z",
        "cds_synced": "2026-03-02T10:15:04Z",
        "cds_account_parent": None,
        "customer_number": "4711",
        "account_number": "A-1001",
        "account_entity": {
            "id": "serf",
            "types": ["generator"],
            "entity_number": "serf",
            "entity_name": "SERF Power",
            "entity_abbreviation": None,
        },
        "account_name": "SERF Power",
        "account_address": "15013 Denver West Parkway\nGolden, CO 80401",
        "account_types": ["customer", "commercial"],
        "account_status": "active",
        "account_contacts": [
            {"id": "operations", "types": ["email", "work"], "value": "operations@example.com"}
        ],
    },
)

_PUBLISHED = Published.by(ACCOUNT, tuple(OPTIONAL))

LISTING = Listing(
    name="accounts",
    path="/accounts",
    title="Accounts",
    description="The independent power producers whose projects the token may see, last modified"
    " first (CDS-WG3-01 10.1). A client without details sees no numbers, names and contacts.",
    filters=(
        cds.ACCOUNT_IDS,
        Parameter("customer_numbers", words, f"Customer numbers. {cds.LIST}", "4711"),
        cds.ACCOUNT_NUMBERS,
        Parameter(
            "account_statuses",
            words,
            f"Of active, suspended, closed, unknown. {cds.LIST}",
            "active suspended",
        ),
        cds.Q,
    ),
    body=BODY,
    statement=rows_of("listings/accounts", "age_rank", "cds_account_id"),
    represent=lambda row, grant: _PUBLISHED.shown(row, details=grant.details),
)
router = LISTING.router()
