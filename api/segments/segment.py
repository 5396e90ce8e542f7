"""Usage segments as they are read: stored signs and units.

Generation is positive, energies are integers of 10^-6 kWh, powers of 10^-6 kW, instants aware UTC.
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
