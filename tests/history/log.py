"""What was put into a history, entry by entry, and what is published: plain values."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from gridfeed.domain.words import Channel, ProductionFormat
from tests import reference
from tests.history.steps import Read, Vintage

#: Production format, channel and start of an interval.
Key = tuple[ProductionFormat, Channel, datetime]


class Value(NamedTuple):
    """The columns of a published value."""

    energy: int | None = None
    mean: int | None = None
    peak: int | None = None
    p10: int | None = None
    p90: int | None = None
    quality: str | None = None
    samples: int | None = None
    coverage_us: int | None = None
    longest_gap_us: int | None = None
    settlement_version: int | None = None
    issued_at: datetime | None = None
    model: str | None = None

    @property
    def is_nothing(self) -> bool:
        """Tell whether an interval holds no sample and no power."""
        return (self.samples, self.coverage_us) == (0, 0)


class Row(NamedTuple):
    """A published value with why and when."""

    value: Value
    cause: str
    created_at: datetime
    recorded_at: datetime


@dataclass(frozen=True)
class Published:
    """A telemetry partition published at its clock, with samples that came since the last time."""

    partition: int
    samples: tuple[tuple[Channel, reference.Sample], ...]
    clock: datetime


@dataclass(frozen=True)
class Kept:
    """Reads, or a vintage, of a partition; offset: of the first."""

    source: int
    offset: int
    what: tuple[Read, ...] | Vintage


@dataclass(frozen=True)
class Edited:
    """One interval was set to a value by hand, or estimated."""

    edit_id: int
    key: Key
    value: Value
    estimate: bool


@dataclass(frozen=True)
class Withdrawn:
    """An edit was taken back."""

    edit_id: int
