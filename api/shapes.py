"""What the queries return and the representations read: frozen, typed, stored signs and units.

Generation is positive, energies are integers of 10^-6 kWh, powers of 10^-6 kW, instants aware UTC.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Self, TypeVar

from api.cursor import Cursor, Key
from api.segment_details import UNKNOWN, Readings, Supply
from gridfeed.domain.declaration.contract import ContractShare
from gridfeed.domain.telemetry.samples import Samples
from gridfeed.domain.words import Channel, ProductionFormat, ReadingQuality

T = TypeVar("T")
Amounts = Sequence[int | None]

#: CDS-WG3-01: a listing may be cut only beyond 100 objects.
PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a listing and the cursors of its neighbours; None at either end."""

    items: Sequence[T]
    next: Cursor | None = None
    previous: Cursor | None = None

    @classmethod
    def cut(
        cls, rows: Sequence[T], cursor: Cursor | None, listed_at: datetime, key: Callable[[T], Key]
    ) -> Self:
        """Make a page of at most PAGE_SIZE + 1 rows in listing order.

        The one row too many says that the listing goes on in the direction of reading.
        """
        more = len(rows) > PAGE_SIZE
        backwards = cursor is not None and cursor.backwards
        items = rows[-PAGE_SIZE:] if backwards else rows[:PAGE_SIZE]
        if not items:
            return cls(items)
        after = Cursor(listed_at, key(items[-1]), backwards=False)
        before = Cursor(listed_at, key(items[0]), backwards=True)
        return cls(
            items,
            next=after if backwards or more else None,
            previous=before if cursor and (not backwards or more) else None,
        )


@dataclass(frozen=True, slots=True)
class Project:
    """A production project as the grant shows it. name: None for a client without details."""

    cds_productionproject_id: str
    name: str | None
    timezone: str
    contract_type: str | None
    contract_rule: str | None
    contract_start: datetime | None
    contract_end: datetime | None
    created_at: datetime
    modified_at: datetime
    synced_at: datetime
    age_rank: int
    meter_numbers: Sequence[str]
    cds_meterdevice_ids: Sequence[str]
    cds_account_ids: Sequence[str]
    cds_servicecontract_ids: Sequence[str]
    cds_servicepoint_ids: Sequence[str]
    production_formats: Sequence[str]
    reading_validities: Sequence[str]


@dataclass(frozen=True, slots=True)
class MeterDevice:
    """A meter; bidirectional when NET or STATION_LOAD values exist."""

    cds_meterdevice_id: str
    meter_number: str
    created_at: datetime
    modified_at: datetime
    synced_at: datetime
    age_rank: int
    current_servicepoints: Sequence[str]
    previous_servicepoints: Sequence[str]
    bidirectional: bool


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one channel and one quality inside a segment, as columns of one length.

    places: position k is the interval that starts at segment_start + k * interval. part_seconds:
    how long they are, and the interval that places count, where they are to be summed to the
    segment's; None: as long as the segment's.
    """

    channel: Channel
    quality: ReadingQuality | None
    places: Sequence[int]
    energy_microkwh: Amounts
    mean_microkw: Amounts
    peak_microkw: Amounts
    p10_microkwh: Amounts
    p90_microkwh: Amounts
    part_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class SegmentKey:
    """A usage segment without its values: one meter, production format, local day, interval.

    account_number, contract_number, listed_start, age_rank: what it is in order of, as of the
    instant at which the listing began; numbers are "" where absent. cds_servicecontract_ids,
    cds_servicepoint_ids: of the whole segment.
    shares: what of its energy is under contract, by start, without overlap; those that reach into
    the segment alone. settlement_runs: (settlement_version, code) its values are of, ascending;
    None: the project declares no run of that version. has_readings, has_supply: whether there are
    register reads in it, and parts that its energy is made of.
    """

    cds_usagesegment_id: str
    meter_number: str
    cds_meterdevice_id: str
    cds_productionproject_id: str
    account_number: str
    contract_number: str
    cds_account_id: str | None
    cds_servicecontract_ids: Sequence[str]
    cds_servicepoint_ids: Sequence[str]
    units: str
    shares: tuple[ContractShare, ...]
    settlement_runs: tuple[tuple[int, str | None], ...]
    production_format: ProductionFormat
    interval_seconds: int
    segment_start: datetime
    segment_end: datetime
    created_at: datetime
    modified_at: datetime
    issued_at: datetime | None
    listed_start: datetime
    age_rank: int
    synced_at: datetime | None
    has_readings: bool = False
    has_supply: bool = False

    def length(self) -> int:
        """Return the number of intervals from the first to the last that has a row."""
        return int((self.segment_end - self.segment_start).total_seconds()) // self.interval_seconds


@dataclass(frozen=True, slots=True)
class Segment:
    """A usage segment with all its stored values, and what is shown beside them."""

    key: SegmentKey
    series: Sequence[Series]
    readings: Sequence[Readings] = ()
    supply: Supply = UNKNOWN


@dataclass(frozen=True, slots=True)
class Telemetry:
    """Sample blocks that touch [start, end); next_start: where the next page begins, if any."""

    meter_number: str
    start: datetime
    end: datetime
    blocks: Sequence[tuple[Channel, Samples]]
    next_start: datetime | None
