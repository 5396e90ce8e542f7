"""GET /cds/v1/eacs."""

from api.listings.listing import Listing
from api.listings.objects import Published
from api.listings.query import rows_of
from api.web import cds_parameters as cds
from api.web.parameters import Parameter, instant, words
from api.web.schema import HEAD, listing_body, members

EAC = members(
    "EnergyAttributeCertificate",
    {
        "cds_eac_id": ("string", "unique and stable"),
        **HEAD,
        "beneficiary_type": ("string", "general, customer, account or servicecontract"),
        "beneficiaries": ("string[]", "customer numbers, account or contract ids; visible ones"),
        "eac_numbers": ("string[]", "public numbers of certificates"),
        "eac_format": ("string", "a key of cds_eac_formats in the server metadata"),
        "eac_data_url": ("string", "where the certificate's data is"),
        "period_start": ("datetime", "of the energy it certifies"),
        "period_end": ("datetime", "of the energy it certifies"),
    },
)
BODY = listing_body(
    "eacs",
    EAC,
    {
        "cds_eac_id": "eac-2026-01",
        "cds_created": "2026-02-01T00:00:00Z",
        "cds_modified": "2026-02-01T00:00:00Z",
        "cds_synced": "2026-03-02T10:15:04Z",
        "beneficiary_type": "servicecontract",
        "beneficiaries": ["sc-serf-east"],
        "eac_numbers": ["WREGIS-1234-CO-1"],
        "eac_format": "gridfeed_pdf",
        "eac_data_url": "https://registry.example.com/certificates/1234",
        "period_start": "2026-01-01T07:00:00Z",
        "period_end": "2026-02-01T07:00:00Z",
    },
)

_PUBLISHED = Published.by(EAC)

LISTING = Listing(
    name="eacs",
    path="/eacs",
    title="Energy attribute certificates",
    description="The certificates of the projects that the token may see, by period_start, then"
    " cds_created, both newest first (CDS-WG3-01 10.9).",
    filters=(
        Parameter("cds_eac_ids", words, f"Ids of certificates. {cds.LIST}", "eac-2026-01"),
        Parameter("eac_numbers", words, f"Public numbers. {cds.LIST}", "WREGIS-1234-CO-1"),
        Parameter(
            "beneficiaries",
            words,
            f"Beneficiaries, of whatever beneficiary_type. {cds.LIST}",
            "sc-serf-east",
        ),
        Parameter(
            "before",
            instant,
            "Keep certificates whose period_start is at or before this RFC 3339 date-time.",
            "2026-03-01T00:00:00Z",
            {"type": "string", "format": "date-time"},
        ),
        Parameter(
            "after",
            instant,
            "Keep certificates whose period_end is at or after this RFC 3339 date-time.",
            "2026-01-01T00:00:00Z",
            {"type": "string", "format": "date-time"},
        ),
    ),
    body=BODY,
    statement=rows_of(
        "listings/eacs",
        "period_rank",
        "created_rank",
        "cds_eac_id",
        shape={"period_rank": int, "created_rank": int, "id": str},
    ),
    represent=lambda row, grant: _PUBLISHED.shown(row, details=grant.details),
)
router = LISTING.router()
