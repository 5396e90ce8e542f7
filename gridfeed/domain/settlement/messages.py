"""Messages that are handled one by one, and the refusals of messages."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from gridfeed.domain.words import (
    ChangeKind,
    Channel,
    Product,
    ProductionFormat,
    ReadQuality,
    Reason,
)

#: Avro decimal(18,6): 18 digits, six of them after the point.
MAX_MICROKWH = 10**18 - 1


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message is refused: a reason of the closed list, what was seen and what is accepted."""

    reason: Reason
    detail: str

    def at(self, position: int) -> "Rejected":
        """Return the refusal for the message at a place in its batch."""
        return Rejected(position, self.reason, self.detail)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A message that becomes a dead letter; `position` is its place in its batch."""

    position: int
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class RevenueRead:
    """Metered energy of [interval_start, interval_start + interval_seconds).

    Instants are aware, in UTC. energy_microkwh: 10^-6 kWh, generation positive, exact.
    settlement_version: 0 initial, then 1, 2 and so on.
    """

    meter_number: str
    interval_start: datetime
    interval_seconds: int
    energy_microkwh: int
    channel: Channel
    quality: ReadQuality
    settlement_version: int
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Forecast:
    """One vintage: mean kilowatts of consecutive intervals from `start`, generation positive.

    Instants are aware, in UTC. p10_kw, p90_kw: quantiles of the same intervals, if given.
    """

    meter_number: str
    product: Product
    issued_at: datetime
    start: datetime
    interval_seconds: int
    power_kw: tuple[float, ...]
    p10_kw: tuple[float, ...] | None = None
    p90_kw: tuple[float, ...] | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class RegisterRead:
    """The verbatim value of a register at `read_at` (aware, UTC); it increases with generation.

    digits: whole dials; the register starts again after 10^digits units. multiplier: kWh per unit,
    with at most 6 decimals.
    """

    meter_number: str
    register: str
    digits: int
    multiplier: Decimal
    value: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class SegmentChange:
    """One change of published values in [interval_from, interval_to), instants in UTC.

    delta_microkwh: new energy minus former, 10^-6 kWh, generation positive. t_observed to
    t_published: the times of its way from its newest reading to the topic; None: unknown.
    """

    change_id: str
    kind: ChangeKind
    meter_number: str
    cds_productionproject_id: str
    production_format: ProductionFormat
    channel: Channel
    interval_from: datetime
    interval_to: datetime
    interval_seconds: int
    recorded_at: datetime
    cause: str | None = None
    delta_microkwh: int | None = None
    t_observed: datetime | None = None
    t_ingested: datetime | None = None
    t_published: datetime | None = None
