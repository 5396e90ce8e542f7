"""The findings of validation for one meter, which the answer is built from."""

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
    """A meter and its plant, as declared by the newest of its visible projects.

    interval_seconds: base interval of the telemetry. units: the unit of energy. memberships: the
    times [start, end) in which the meter belongs to visible projects.
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
    """Energies by channel, ordered by start. estimates: the starts of estimated values."""

    values: Mapping[Channel, Sequence[IntervalRow]]
    estimates: Mapping[Channel, Collection[int]]


@dataclass(frozen=True, slots=True)
class Validation:
    """The findings for intervals in [start, end). until: no interval is expected after it."""

    meter: PlantMeter
    production_format: ProductionFormat
    start: datetime
    end: datetime
    until: datetime
    as_of: datetime | None
    thresholds: Thresholds
    findings: Sequence[Finding]
