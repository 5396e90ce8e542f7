"""GET /cds/v1/accounts."""

from typing import Annotated

from msgspec import UNSET, UnsetType

from api.listings.declared import Created, Entity, Modified, Synced, shown
from api.listings.listing import Listing, ListingParameters
from api.listings.query import rows_of
from api.web import cds_parameters as cds
from api.web.parameters import Words
from api.web.shapes import Shape, means
from gridfeed.domain.calendar.instants import read_instant


class Contact(Shape):
    """A way to reach the holder of an account."""

    id: Annotated[str, means("unique within the account")]
    types: Annotated[list[str], means("phone_number or email, and further types that apply")]
    value: Annotated[str, means("phone number or e-mail address")]


class Account(Shape):
    """An independent power producer, as a customer (CDS-WG3-01 10.1)."""

    cds_account_id: Annotated[str, means("unique and stable")]
    cds_created: Created
    cds_modified: Modified
    cds_synced: Synced
    cds_account_parent: Annotated[str | None, means("id of the parent account; always null here")]
    customer_number: Annotated[
        str | UnsetType | None, means("groups accounts of one customer; null if there is none")
    ] = UNSET
    account_number: Annotated[
        str | UnsetType, means("number of the account, as the customer knows it")
    ] = UNSET
    account_entity: Annotated[Entity | UnsetType | None, means("who holds the account")] = UNSET
    account_name: Annotated[str | UnsetType, means("name of the independent power producer")] = (
        UNSET
    )
    account_address: Annotated[str | UnsetType, means("may have several lines")] = UNSET
    account_types: Annotated[
        list[str] | UnsetType, means("at least one: customer, commercial, industrial, ...")
    ] = UNSET
    account_status: Annotated[str | UnsetType, means("active, suspended, closed or unknown")] = (
        UNSET
    )
    account_contacts: Annotated[list[Contact] | UnsetType, means("ways to reach the holder")] = (
        UNSET
    )


EXAMPLE = Account(
    cds_account_id="ac-default",
    cds_created=read_instant("2026-01-01T00:00:00Z"),
    cds_modified=read_instant("2026-02-01T00:00:00Z"),
    cds_synced=read_instant("2026-03-02T10:15:04Z"),
    cds_account_parent=None,
    customer_number="4711",
    account_number="A-1001",
    account_entity=Entity(
        id="serf",
        types=["generator"],
        entity_number="serf",
        entity_name="SERF Power",
        entity_abbreviation=None,
    ),
    account_name="SERF Power",
    account_address="15013 Denver West Parkway\nGolden, CO 80401",
    account_types=["customer", "commercial"],
    account_status="active",
    account_contacts=[
        Contact(id="operations", types=["email", "work"], value="operations@example.com")
    ],
)


class AccountParameters(ListingParameters):
    """The query parameters."""

    cds_account_ids: cds.AccountIds = None
    customer_numbers: Words = cds.any_of("Customer numbers", "4711")
    account_numbers: cds.AccountNumbers = None
    account_statuses: Words = cds.any_of(
        "Statuses: active, suspended, closed, unknown", "active suspended"
    )
    q: cds.Contained = None


LISTING = Listing(
    name="accounts",
    path="/accounts",
    title="Accounts",
    description="The independent power producers whose projects the token may see, last modified"
    " first (CDS-WG3-01 10.1). A client without details sees no numbers, names or contacts.",
    parameters=AccountParameters,
    example=EXAMPLE,
    statement=rows_of("listings/accounts", "age_rank", "cds_account_id"),
    represent=lambda row, grant: shown(Account, row, details=grant.details),
)
router = LISTING.router()
