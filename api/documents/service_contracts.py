"""Service contracts (CDS-WG3-01 10.2)."""

from api.documents.entity import ENTITY
from api.documents.schema import HEAD, Member, listing_body, members, or_null

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
