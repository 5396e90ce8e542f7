"""GET /cds/v1/production-projects."""

from fractions import Fraction
from typing import Annotated

import asyncpg
from msgspec import UNSET, UnsetType

from api.listings.declared import Created, Synced
from api.listings.listing import Listing, ListingParameters
from api.listings.query import rows_of
from api.web import cds_parameters as cds
from api.web.describe import link
from api.web.parameters import Instant, Words, known_words_of, told
from api.web.shapes import Shape, Time, means
from gridfeed.domain.calendar.instants import read_instant
from gridfeed.domain.declaration.contract import spelled_share
from gridfeed.domain.words import ProductionFormat, ReadingValidity


class ProductionProject(Shape):
    """A plant, or a part of one, under one contract; an extension of CDS-WG3-01."""

    cds_productionproject_id: Annotated[str, means("unique and stable")]
    cds_created: Created
    cds_modified: Annotated[
        Time, means("last change of a declared field, or of the list of meters")
    ]
    cds_synced: Synced
    contract_start_date: Annotated[
        Time | None, means("instant the contract takes effect, inclusive")
    ]
    contract_end_date: Annotated[
        Time | None, means("instant the contract ceases, exclusive; null: open")
    ]
    meter_number: Annotated[list[str], means("numbers of its meters, ascending")]
    available_formats: Annotated[list[str], means("production formats that have values")]
    contract_rule: Annotated[str | None, means("share of the energy under contract, e.g. 37.5%")]
    contract_type: Annotated[str | None, means("kind of contract")]
    available_reading_validity: Annotated[list[str], means("reading validities that have values")]
    timezone: Annotated[str, means("IANA name; days are local to it")]
    related_accounts: Annotated[list[str], means("account of the project's owner")]
    related_servicecontracts: Annotated[list[str], means("its contracts, present and former")]
    related_servicepoints: Annotated[
        list[str], means("present and former service points of its meters")
    ]
    related_meterdevices: Annotated[list[str], means("ids of the same meters as meter_number")]
    gridfeed_name: Annotated[
        str | UnsetType, means("name for people; only for clients with details")
    ] = UNSET


EXAMPLE = ProductionProject(
    cds_productionproject_id="serf-east",
    cds_created=read_instant("2026-01-01T00:00:00Z"),
    cds_modified=read_instant("2026-02-01T00:00:00Z"),
    cds_synced=read_instant("2026-03-02T10:15:04Z"),
    contract_start_date=read_instant("2020-01-01T07:00:00Z"),
    contract_end_date=read_instant("2030-01-01T07:00:00Z"),
    meter_number=["serf-east-1"],
    available_formats=["settlement", "scada"],
    contract_rule="100%",
    contract_type="PPA",
    available_reading_validity=["total_gross", "contracted"],
    timezone="America/Denver",
    related_accounts=["ac-default"],
    related_servicecontracts=["sc-serf-east"],
    related_servicepoints=["sp-serf-east-1"],
    related_meterdevices=["md-serf-east-1"],
    gridfeed_name="SERF East",
)


class ProjectParameters(ListingParameters):
    """The query parameters."""

    cds_productionproject_ids: cds.ProjectIds = None
    meter_numbers: cds.MeterNumbers = None
    meter_number: cds.MeterNumber = None
    cds_meterdevice_ids: cds.MeterDeviceIds = None
    cds_account_ids: cds.AccountIds = None
    cds_servicecontract_ids: cds.ContractIds = None
    cds_servicepoint_ids: cds.PointIds = None
    contract_types: Words = cds.any_of("Kinds of contract", "PPA")
    available_formats: Annotated[
        tuple[ProductionFormat, ...] | None, known_words_of(ProductionFormat)
    ] = cds.any_of("Production formats that have values", "scada settlement")
    available_reading_validity: Annotated[
        tuple[ReadingValidity, ...] | None, known_words_of(ReadingValidity)
    ] = cds.any_of("Reading validities that have values", "net_metering")
    before: Instant = told(
        "Keep projects whose contract_start_date is at or before this RFC 3339 date-time.",
        "2026-01-01T00:00:00Z",
    )
    after: Instant = told(
        "Keep projects whose contract_end_date is at or after this RFC 3339 date-time, or null.",
        "2026-01-01T00:00:00Z",
    )
    q: cds.Contained = None


def _project(row: asyncpg.Record) -> ProductionProject:
    """Return a project. For a client without details the name is NULL and is left out."""
    formats, validities = row["production_formats"], row["reading_validities"]
    return ProductionProject(
        cds_productionproject_id=row["cds_productionproject_id"],
        cds_created=row["created_at"],
        cds_modified=row["modified_at"],
        cds_synced=row["synced_at"],
        contract_start_date=row["contract_start"],
        contract_end_date=row["contract_end"],
        meter_number=row["meter_numbers"],
        available_formats=[word for word in ProductionFormat if word in formats],
        contract_rule=_rule(row),
        contract_type=row["contract_type"],
        available_reading_validity=[word for word in ReadingValidity if word in validities],
        timezone=row["timezone"],
        related_accounts=row["cds_account_ids"],
        related_servicecontracts=row["cds_servicecontract_ids"],
        related_servicepoints=row["cds_servicepoint_ids"],
        related_meterdevices=row["cds_meterdevice_ids"],
        gridfeed_name=UNSET if row["name"] is None else row["name"],
    )


def _rule(row: asyncpg.Record) -> str | None:
    """Return the share under contract, or null if it is not a percentage (digest 1.5)."""
    rule: str | None = row["contract_rule"]
    if rule is None and row["numerator"] is not None:
        rule = spelled_share(Fraction(row["numerator"], row["denominator"]))
    return rule if rule and rule.endswith("%") else None


LISTING = Listing(
    name="production_projects",
    path="/production-projects",
    title="Production projects",
    description="The projects that the token may see, last modified first. An extension of"
    " CDS-WG3-01.",
    parameters=ProjectParameters,
    example=EXAMPLE,
    statement=rows_of("listings/projects", "age_rank", "cds_productionproject_id"),
    represent=lambda row, _grant: _project(row),
    links={
        "segments": link(
            "list_usage_segments",
            "cds_productionproject_ids",
            "/production_projects/0/cds_productionproject_id",
        )
    },
)
router = LISTING.router()
