"""Usage segments as they are read from the database, in stored signs and units.

Generation is positive. Energies are integers of 10^-6 kWh, powers are integers of 10^-6 kW, and
instants are aware UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.segments.details import UNKNOWN, Readings, Supply
from gridfeed.domain.declaration.contract import ContractShare
from gridfeed.domain.words import Channel, ProductionFormat, ReadingQuality

Amounts = Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one channel and one quality inside a segment, as columns of equal length.

    places: place k is the interval that starts at segment_start + k * length. part_seconds: the
    length where the values must still be summed to the segment's interval; None means that the
    length is the segment's interval.
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
    """A usage segment without its values: one meter, production format, local day and interval.

    account_number, contract_number, listed_start, age_rank: its place in the listing, as of the
    instant at which the listing began; numbers are "" where absent. cds_servicecontract_ids,
    cds_servicepoint_ids: those of the whole segment.
    shares: the shares of energy under contract that overlap the segment, by start; they do not
    overlap each other. settlement_runs: the (settlement_version, code) of its values, ascending;
    code None: the project declares no run of that version. has_readings: whether the segment has
    register reads. has_supply: whether its energy has a supply mix.
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
    """A usage segment with its stored values, register readings and supply mix."""

    key: SegmentKey
    series: Sequence[Series]
    readings: Sequence[Readings] = ()
    supply: Supply = UNKNOWN
