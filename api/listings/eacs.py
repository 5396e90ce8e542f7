"""GET /cds/v1/eacs."""

from typing import Annotated

from api.listings.declared import Created, Modified, Synced, shown
from api.listings.listing import Listing, ListingParameters
from api.listings.query import rows_of
from api.reading.cursor import Cursor
from api.web import cds_parameters as cds
from api.web.parameters import Instant, Words, cursor_of, told
from api.web.shapes import Shape, Time, means
from gridfeed.domain.calendar.instants import read_instant


class EnergyAttributeCertificate(Shape):
    """A certificate of the origin of energy (CDS-WG3-01 10.9)."""

    cds_eac_id: Annotated[str, means("unique and stable")]
    cds_created: Created
    cds_modified: Modified
    cds_synced: Synced
    beneficiary_type: Annotated[str, means("general, customer, account or servicecontract")]
    beneficiaries: Annotated[
        list[str], means("customer numbers, or ids of accounts or contracts, as far as visible")
    ]
    eac_numbers: Annotated[list[str], means("public numbers of certificates")]
    eac_format: Annotated[str, means("a key of cds_eac_formats in the server metadata")]
    eac_data_url: Annotated[str, means("URL of the certificate's data")]
    period_start: Annotated[Time, means("start of the certified energy")]
    period_end: Annotated[Time, means("end of the certified energy")]


EXAMPLE = EnergyAttributeCertificate(
    cds_eac_id="eac-2026-01",
    cds_created=read_instant("2026-02-01T00:00:00Z"),
    cds_modified=read_instant("2026-02-01T00:00:00Z"),
    cds_synced=read_instant("2026-03-02T10:15:04Z"),
    beneficiary_type="servicecontract",
    beneficiaries=["sc-serf-east"],
    eac_numbers=["WREGIS-1234-CO-1"],
    eac_format="gridfeed_pdf",
    eac_data_url="https://registry.example.com/certificates/1234",
    period_start=read_instant("2026-01-01T07:00:00Z"),
    period_end=read_instant("2026-02-01T07:00:00Z"),
)


#: The sort key: period_start, cds_created, id.
PERIOD_AND_AGE = {"period_rank": int, "created_rank": int, "id": str}


class EacParameters(ListingParameters):
    """The query parameters."""

    cursor: Annotated[Cursor | None, cursor_of(*PERIOD_AND_AGE.values())] = cds.place(
        *PERIOD_AND_AGE.values()
    )
    cds_eac_ids: Words = cds.any_of("Ids of certificates", "eac-2026-01")
    eac_numbers: Words = cds.any_of("Public numbers", "WREGIS-1234-CO-1")
    beneficiaries: Words = cds.any_of("Beneficiaries of any beneficiary_type", "sc-serf-east")
    before: Instant = told(
        "Keep certificates whose period_start is at or before this RFC 3339 date-time.",
        "2026-03-01T00:00:00Z",
    )
    after: Instant = told(
        "Keep certificates whose period_end is at or after this RFC 3339 date-time.",
        "2026-01-01T00:00:00Z",
    )


LISTING = Listing(
    name="eacs",
    path="/eacs",
    title="Energy attribute certificates",
    description="The certificates of the projects that the token may see, by period_start, then"
    " cds_created, both newest first (CDS-WG3-01 10.9).",
    parameters=EacParameters,
    example=EXAMPLE,
    statement=rows_of(
        "listings/eacs",
        "period_rank",
        "created_rank",
        "cds_eac_id",
        shape=PERIOD_AND_AGE,
    ),
    represent=lambda row, grant: shown(EnergyAttributeCertificate, row, details=grant.details),
)
router = LISTING.router()
