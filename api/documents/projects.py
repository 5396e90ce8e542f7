"""Production projects."""

from api.documents.schema import listing_body, members

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
