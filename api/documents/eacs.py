"""Energy attribute certificates (CDS-WG3-01 10.9)."""

from api.documents.schema import HEAD, listing_body, members

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
