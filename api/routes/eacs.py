"""GET /cds/v1/eacs."""

from api.documents.eacs import BODY, EAC
from api.parameters import Parameter, instant, words
from api.query.listed import rows_of
from api.represent.objects import Published
from api.routes import cds_parameters as cds
from api.routes.objects import Listing

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
    statement=rows_of("eacs", "period_rank", "created_rank", "cds_eac_id", shape=(int, int, str)),
    represent=lambda row, grant: _PUBLISHED.shown(row, details=grant.details),
)
router = LISTING.router()
