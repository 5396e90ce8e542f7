"""GET /cds/v1/service-contracts."""

from datetime import date
from typing import Annotated

from msgspec import UNSET, UnsetType

from api.listings.declared import Created, Entity, Modified, Synced, shown
from api.listings.listing import Listing, ListingParameters
from api.listings.query import rows_of
from api.web import cds_parameters as cds
from api.web.parameters import Words
from api.web.shapes import Shape, means
from gridfeed.domain.calendar.instants import read_instant


class ServiceContract(Shape):
    """A contract about a production project (CDS-WG3-01 10.2)."""

    cds_servicecontract_id: Annotated[str, means("unique and stable")]
    cds_created: Created
    cds_modified: Modified
    cds_synced: Synced
    cds_account_id: Annotated[str, means("account that owns it")]
    contract_types: Annotated[list[str], means("gridfeed_ppa (a power purchase agreement), ...")]
    contract_status: Annotated[str, means("active, paused, stopped, closed or unknown")]
    service_types: Annotated[list[str], means("electric, metered, generation, ...")]
    account_number: Annotated[str | UnsetType, means("number of the account that owns it")] = UNSET
    contract_number: Annotated[
        str | UnsetType | None, means("number that the customer knows; null if there is none")
    ] = UNSET
    contract_address: Annotated[str | UnsetType, means("may have several lines")] = UNSET
    contract_entity: Annotated[Entity | UnsetType | None, means("the other party")] = UNSET
    contract_start: Annotated[
        date | UnsetType,
        means("local date; if not declared, the day on which the contract was declared"),
    ] = UNSET
    contract_end: Annotated[
        date | UnsetType | None, means("local date on which it has ended; null while it goes on")
    ] = UNSET


EXAMPLE = ServiceContract(
    cds_servicecontract_id="sc-serf-east",
    cds_created=read_instant("2026-01-01T00:00:00Z"),
    cds_modified=read_instant("2026-02-01T00:00:00Z"),
    cds_synced=read_instant("2026-03-02T10:15:04Z"),
    cds_account_id="ac-default",
    contract_types=["gridfeed_ppa"],
    contract_status="active",
    service_types=["electric", "metered", "generation"],
    account_number="A-1001",
    contract_number="PPA-7",
    contract_address="15013 Denver West Parkway\nGolden, CO 80401",
    contract_entity=Entity(
        id="serf",
        types=["generator"],
        entity_number="serf",
        entity_name="SERF Power",
        entity_abbreviation=None,
    ),
    contract_start=date(2020, 1, 1),
    contract_end=None,
)


class ContractParameters(ListingParameters):
    """The query parameters."""

    cds_servicecontract_ids: cds.ContractIds = None
    account_numbers: cds.AccountNumbers = None
    contract_numbers: cds.ContractNumbers = None
    contract_statuses: Words = cds.any_of(
        "Statuses: active, paused, stopped, closed, unknown", "active paused"
    )
    contract_types: Words = cds.any_of("Kinds of contract", "gridfeed_ppa")
    service_types: Words = cds.any_of("Services provided", "generation supply")
    q: cds.Contained = None


LISTING = Listing(
    name="service_contracts",
    path="/service-contracts",
    title="Service contracts",
    description="The contracts of the projects that the token may see, last modified first"
    " (CDS-WG3-01 10.2). A client without details sees no numbers, addresses or dates.",
    parameters=ContractParameters,
    example=EXAMPLE,
    statement=rows_of("listings/service_contracts", "age_rank", "cds_servicecontract_id"),
    represent=lambda row, grant: shown(ServiceContract, row, details=grant.details),
)
router = LISTING.router()
