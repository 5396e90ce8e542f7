"""GET /cds/v1/meter-devices."""

from typing import Annotated

import asyncpg
from msgspec import UNSET, UnsetType

from api.listings.declared import Created, Synced
from api.listings.listing import Listing, ListingParameters
from api.listings.query import rows_of
from api.web import cds_parameters as cds
from api.web.describe import link
from api.web.parameters import Words
from api.web.shapes import Shape, Time, means
from gridfeed.domain.calendar.instants import read_instant


class MeterDevice(Shape, kw_only=True):
    """A meter (CDS-WG3-01 10.4)."""

    cds_meterdevice_id: Annotated[str, means("unique and stable")]
    cds_created: Created
    cds_modified: Annotated[Time, means("last change of a declared field")]
    cds_synced: Synced
    meter_number: Annotated[str | UnsetType, means("number that its readings carry")] = UNSET
    meter_types: Annotated[
        list[str],
        means("bidirectional if net energy or station load is streamed, otherwise reverse_only"),
    ]
    current_servicepoints: Annotated[list[str], means("present service points")]
    previous_servicepoints: Annotated[list[str], means("former service points")]


EXAMPLE = MeterDevice(
    cds_meterdevice_id="md-serf-east-1",
    cds_created=read_instant("2026-01-01T00:00:00Z"),
    cds_modified=read_instant("2026-02-01T00:00:00Z"),
    cds_synced=read_instant("2026-03-02T10:15:04Z"),
    meter_number="serf-east-1",
    meter_types=["electric_usage", "electric_demand", "physical_meter", "reverse_only"],
    current_servicepoints=["sp-serf-east-1"],
    previous_servicepoints=[],
)


class MeterParameters(ListingParameters):
    """The query parameters."""

    cds_meterdevice_ids: cds.MeterDeviceIds = None
    meter_numbers: cds.MeterNumbers = None
    meter_number: cds.MeterNumber = None
    current_servicepoints: Words = cds.any_of("Ids of present service points", "sp-serf-east-1")
    previous_servicepoints: Words = cds.any_of("Ids of former service points", "sp-serf-east-1")
    q: cds.Contained = None


def _device(row: asyncpg.Record, *, details: bool) -> MeterDevice:
    """Return a meter. Only a client with details sees the meter's number in it (7.2.4.1).

    A client without details may still search by number: it sees the numbers in its projects.
    """
    # The column is true if NET or STATION_LOAD values exist.
    direction = "bidirectional" if row["bidirectional"] else "reverse_only"
    return MeterDevice(
        cds_meterdevice_id=row["cds_meterdevice_id"],
        cds_created=row["created_at"],
        cds_modified=row["modified_at"],
        cds_synced=row["synced_at"],
        meter_number=row["meter_number"] if details else UNSET,
        meter_types=["electric_usage", "electric_demand", "physical_meter", direction],
        current_servicepoints=row["current_servicepoints"],
        previous_servicepoints=row["previous_servicepoints"],
    )


LISTING = Listing(
    name="meter_devices",
    path="/meter-devices",
    title="Meter devices",
    description="The meters that the token may see, last modified first (CDS-WG3-01 10.4). A client"
    " without details sees no meter_number here.",
    parameters=MeterParameters,
    example=EXAMPLE,
    statement=rows_of("listings/meters", "age_rank", "cds_meterdevice_id"),
    represent=lambda row, grant: _device(row, details=grant.details),
    links={
        "segments": link(
            "list_usage_segments", "cds_meterdevice_ids", "/meter_devices/0/cds_meterdevice_id"
        ),
        "samples": link("list_samples", "meter_number", "/meter_devices/0/meter_number"),
        "registers": link("list_registers", "meter_number", "/meter_devices/0/meter_number"),
    },
)
router = LISTING.router()
