"""GET /cds/v1/aggregations."""

from typing import Annotated, Any

from msgspec import UNSET, UnsetType

from api.listings.declared import Created, Modified, Synced, shown
from api.listings.listing import Listing, ListingParameters
from api.listings.query import rows_of
from api.web import cds_parameters as cds
from api.web.parameters import Words
from api.web.shapes import Shape, means
from gridfeed.domain.calendar.instants import read_instant


class Region(Shape):
    """A region (CDS-WG3-01 10.7)."""

    id: Annotated[str, means("unique and stable")]
    name: Annotated[str, means("for people")]
    types: Annotated[list[str], means("ways in which the region is described")]
    postal_codes: Annotated[list[str] | UnsetType, means("of type postal_code")] = UNSET
    counties: Annotated[list[str] | UnsetType, means("of type county")] = UNSET
    neighborhoods: Annotated[list[str] | UnsetType, means("of type neighborhood")] = UNSET
    city_blocks: Annotated[list[str] | UnsetType, means("of type city_block")] = UNSET
    map_resource: Annotated[str | UnsetType | None, means("of type geographic: URL of a map")] = (
        UNSET
    )
    map_content_type: Annotated[str | UnsetType | None, means("of the map, e.g. image/png")] = UNSET
    geojson_resource: Annotated[
        str | UnsetType | None, means("of type geographic: URL of a GeoJSON in WGS 84")
    ] = UNSET


#: Members that an object has only if its aggregation type requires them.
BY_TYPE = ("countries", "provinces", "municipalities")


class Aggregation(Shape):
    """A declared group of accounts, contracts, points, meters or regions (CDS-WG3-01 10.7)."""

    cds_aggregation_id: Annotated[str, means("unique and stable")]
    cds_created: Created
    cds_modified: Modified
    cds_synced: Synced
    aggregation_types: Annotated[list[str], means("meter_number, confidential, ...")]
    aggregation_number: Annotated[str | None, means("public number; null if there is none")]
    scope: Annotated[str, means("scope that opens its data; empty: sums are not published")]
    authorization_details: Annotated[list[dict[str, Any]], means("empty on this server")]
    grouped_accounts: Annotated[list[str], means("accounts it adds up")]
    grouped_servicecontracts: Annotated[list[str], means("service contracts it adds up")]
    grouped_servicepoints: Annotated[list[str], means("service points it adds up")]
    grouped_meterdevices: Annotated[list[str], means("meter devices it adds up")]
    grouped_aggregations: Annotated[list[str], means("aggregations it adds up")]
    grouped_regions: Annotated[list[Region], means("regions that it covers")]
    consent_requirements: Annotated[list[dict[str, Any]], means("empty on this server")]
    grouped_addresses: Annotated[list[str] | UnsetType, means("addresses it groups")] = UNSET
    countries: Annotated[list[str] | UnsetType, means("of type country: ISO 3166 codes")] = UNSET
    provinces: Annotated[list[str] | UnsetType, means("of type province")] = UNSET
    municipalities: Annotated[list[str] | UnsetType, means("of type municipality")] = UNSET


EXAMPLE = Aggregation(
    cds_aggregation_id="golden",
    cds_created=read_instant("2026-01-01T00:00:00Z"),
    cds_modified=read_instant("2026-02-01T00:00:00Z"),
    cds_synced=read_instant("2026-03-02T10:15:04Z"),
    aggregation_types=["meter_number", "municipality", "confidential"],
    aggregation_number="AGG-1",
    scope="",
    authorization_details=[],
    grouped_accounts=[],
    grouped_servicecontracts=[],
    grouped_servicepoints=[],
    grouped_meterdevices=["md-mesa-top-1", "md-serf-east-1"],
    grouped_aggregations=[],
    grouped_regions=[],
    consent_requirements=[],
    grouped_addresses=[],
    municipalities=["Golden"],
)


class AggregationParameters(ListingParameters):
    """The query parameters."""

    cds_aggregation_ids: Words = cds.any_of("Ids of aggregations", "golden")
    aggregation_numbers: Words = cds.any_of("Aggregation numbers", "AGG-1")
    aggregation_types: Words = cds.any_of("Kinds of aggregation", "meter_number region")
    q: cds.Contained = None


LISTING = Listing(
    name="aggregations",
    path="/aggregations",
    title="Aggregations",
    description="Declared groups with a member that the token may see, and their visible members,"
    " last modified first (CDS-WG3-01 10.7). Their sums are not published as usage segments.",
    parameters=AggregationParameters,
    example=EXAMPLE,
    statement=rows_of("listings/aggregations", "age_rank", "cds_aggregation_id"),
    represent=lambda row, grant: shown(Aggregation, row, BY_TYPE, details=grant.details),
)
router = LISTING.router()
