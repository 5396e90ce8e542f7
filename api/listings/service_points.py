"""GET /cds/v1/service-points."""

from typing import Annotated

from msgspec import UNSET, Raw, UnsetType

from api.listings.declared import Created, Modified, Synced, shown
from api.listings.listing import Listing, ListingParameters
from api.listings.query import rows_of
from api.web import cds_parameters as cds
from api.web.parameters import Words
from api.web.shapes import Number, Shape, means
from gridfeed.domain.calendar.instants import read_instant


class Premise(Shape):
    """A building or plot that a service point belongs to."""

    id: Annotated[str, means("unique and stable")]
    premise_number: Annotated[str, means("number that the utility or the municipality gives")]
    types: Annotated[list[str], means("building, land, ...")]


class ServicePoint(Shape):
    """A place where meters are or were (CDS-WG3-01 10.3)."""

    cds_servicepoint_id: Annotated[str, means("unique and stable")]
    cds_created: Created
    cds_modified: Modified
    cds_synced: Synced
    servicepoint_number: Annotated[str | None, means("number that the customer knows")]
    servicepoint_types: Annotated[list[str], means("electric, physical, edge, ...")]
    current_servicecontracts: Annotated[
        list[str], means("present contracts of the energy measured here")
    ]
    previous_servicecontracts: Annotated[
        list[str], means("former contracts of the energy measured here")
    ]
    servicepoint_address: Annotated[
        str | UnsetType | None, means("may have several lines; null if it is not declared")
    ] = UNSET
    latitude: Annotated[Number | UnsetType | None, means("degrees; null if it is not declared")] = (
        UNSET
    )
    longitude: Annotated[
        Number | UnsetType | None, means("degrees; null if it is not declared")
    ] = UNSET
    premises: Annotated[list[Premise] | UnsetType, means("buildings and plots it belongs to")] = (
        UNSET
    )


EXAMPLE = ServicePoint(
    cds_servicepoint_id="sp-serf-east-1",
    cds_created=read_instant("2026-01-01T00:00:00Z"),
    cds_modified=read_instant("2026-02-01T00:00:00Z"),
    cds_synced=read_instant("2026-03-02T10:15:04Z"),
    servicepoint_number="serf-east-1",
    servicepoint_types=["electric", "physical", "edge"],
    current_servicecontracts=["sc-serf-east"],
    previous_servicecontracts=[],
    servicepoint_address="15013 Denver West Parkway\nGolden, CO 80401",
    latitude=Raw(b"39.742"),
    longitude=Raw(b"-105.1727"),
    premises=[Premise(id="p-1", premise_number="P-1", types=["building"])],
)


class PointParameters(ListingParameters):
    """The query parameters."""

    cds_servicepoint_ids: cds.PointIds = None
    servicepoint_numbers: cds.PointNumbers = None
    current_servicecontracts: Words = cds.any_of("Ids of present contracts", "sc-serf-east")
    previous_servicecontracts: Words = cds.any_of("Ids of former contracts", "sc-serf-east")
    q: cds.Contained = None


LISTING = Listing(
    name="service_points",
    path="/service-points",
    title="Service points",
    description="Present and former places of the meters that the token may see, last modified"
    " first (CDS-WG3-01 10.3). A client without details sees no addresses, coordinates or"
    " premises.",
    parameters=PointParameters,
    example=EXAMPLE,
    statement=rows_of("listings/service_points", "age_rank", "cds_servicepoint_id"),
    represent=lambda row, grant: shown(ServicePoint, row, details=grant.details),
)
router = LISTING.router()
