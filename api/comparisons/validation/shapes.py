"""What validation found of a meter, between the query and its representation."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from gridfeed.domain.vee.checks import Thresholds
from gridfeed.domain.vee.findings import Finding
from gridfeed.domain.vee.series import IntervalRow, Plant
from gridfeed.domain.words import Channel, ProductionFormat


@dataclass(frozen=True, slots=True)
class PlantMeter:
    """A meter and its plant, of the newest of its projects that are visible.

    interval_seconds: base interval of its telemetry; units: energy's; memberships: the times
    [start, end) in which it belongs to visible projects.
    """

    meter_id: int
    meter_number: str
    zone: ZoneInfo
    interval_seconds: int
    units: str
    plant: Plant
    memberships: Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True)
class Energies:
    """Energies by channel, by start; estimates: the starts of values that are estimates."""

    values: Mapping[Channel, Sequence[IntervalRow]]
    estimates: Mapping[Channel, Collection[int]]


@dataclass(frozen=True, slots=True)
class Validation:
    """What was found of the intervals in [start, end); until: no interval is expected beyond."""

    meter: PlantMeter
    production_format: ProductionFormat
    start: datetime
    end: datetime
    until: datetime
    as_of: datetime | None
    thresholds: Thresholds
    findings: Sequence[Finding]
