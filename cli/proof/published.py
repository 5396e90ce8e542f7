"""Reads the public API's answers back into the ledger's units; pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from gridfeed.domain.calendar.instants import SECOND_US, microseconds, read_instant
from gridfeed.domain.words import Channel

#: The channel that each reading validity publishes. `contracted` is a share, not a channel.
CHANNEL = {"total_gross": Channel.GROSS, "net_metering": Channel.NET}
#: The key of a value in the answer and its name here, by value type and demand type.
KINDS = {
    ("electric_usage", None): ("eu", "energy"),
    ("electric_demand", "average"): ("ed", "mean"),
    ("electric_demand", "peak"): ("ed", "peak"),
}
#: The number of 10^-6 kWh or 10^-6 kW in one unit.
MICRO = {
    "Wh": 10**3, "kWh": 10**6, "MWh": 10**9,
    "W": 10**3, "kW": 10**6, "MW": 10**9,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Amount:
    """A published number, generation positive, in 10^-6 kWh or 10^-6 kW, and its quality."""

    micro: Decimal
    quality: str | None


@dataclass(slots=True)
class PublishedInterval:
    """All amounts published for one interval, by kind. More than one of a kind is a fault."""

    energy: list[Amount] = field(default_factory=list)
    mean: list[Amount] = field(default_factory=list)
    peak: list[Amount] = field(default_factory=list)


#: By meter number and channel, then by interval start, microseconds since the epoch.
Published = Mapping[tuple[str, Channel], Mapping[int, PublishedInterval]]


def instant_us(text: str) -> int:
    """Return an RFC 3339 instant as microseconds since the epoch."""
    return microseconds(read_instant(text))


def read_segments(segments: Iterable[Mapping[str, Any]]) -> Published:
    """Return the amounts of `usage_segments`, parsed with decimals (never floats).

    Nothing is merged: a segment that is listed twice gives two amounts for each interval.
    """
    found: dict[tuple[str, Channel], dict[int, PublishedInterval]] = defaultdict(dict)
    for segment in segments:
        meter_number = segment["cds_usagesegment_id"].rsplit(":", 3)[0]
        columns = [_column(value_format) for value_format in segment["formats"]]
        start, step = instant_us(segment["segment_start"]), int(segment["interval"] * SECOND_US)
        for position, values in enumerate(segment["values"]):
            at = start + position * step
            for column, value in zip(columns, values, strict=True):
                if column is not None and value is not None:
                    interval = found[meter_number, column.channel].setdefault(
                        at, PublishedInterval()
                    )
                    getattr(interval, column.kind).append(column.amount(value))
    return found


@dataclass(frozen=True, slots=True)
class _Column:
    channel: Channel
    kind: str
    key: str
    micro: int
    quality: str | None

    def amount(self, value: Mapping[str, Any]) -> Amount:
        """Return the number with its sign turned: in the specification, generation is negative."""
        return Amount(-Decimal(value[self.key]) * self.micro, self.quality)


def _column(value_format: Mapping[str, Any]) -> _Column | None:
    kind = KINDS.get((value_format["type"], value_format.get("demand_type")))
    channel = CHANNEL.get(value_format.get("gridfeed_reading_validity", ""))
    if kind is None or channel is None:
        return None
    key, name = kind
    return _Column(channel, name, key, MICRO[value_format["units"]], value_format.get("quality"))
