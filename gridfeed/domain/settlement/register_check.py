"""Checks whether a register and the intervals of the same time agree; pure.

The energy that the register counted is compared with the sum of the meter's settlement intervals
or, if there are none, of its telemetry intervals. They are taken as net metering: channel NET if it
has values, else GROSS plus STATION_LOAD (stored negative), or only GROSS if no load is known.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from gridfeed.domain.net import net_channels
from gridfeed.domain.settlement.registers import PICO_PER_KWH, RegisterEnergy
from gridfeed.domain.words import Channel, ProductionFormat, ReadingValidity

_PICO_PER_MICRO = PICO_PER_KWH // 10**6
_SECOND = timedelta(seconds=1)


class CheckStatus(StrEnum):
    """The outcome of a check."""

    #: The difference is at most one unit of the last dial.
    OK = "ok"
    DIFFERS = "differs"
    #: Some of the intervals have no value.
    INCOMPLETE = "incomplete"
    #: The register's energy is unknown, or an interval crosses the time of a read.
    NOT_COMPARABLE = "not_comparable"


@dataclass(slots=True)
class IntervalSum:
    """The valued intervals of one production format and channel in a period, generation positive.

    energy_microkwh, seconds: of the intervals wholly inside. partial: whether an interval crosses a
    bound.
    """

    energy_microkwh: int = 0
    seconds: int = 0
    partial: bool = False


#: By production format and channel; only those with any value.
Sums = Mapping[tuple[ProductionFormat, Channel], IntervalSum]


@dataclass(frozen=True, slots=True)
class RegisterCheck:
    """A comparison; difference is register minus intervals, or None unless both are complete.

    production_format, validity: of the compared intervals; None if there were none.
    """

    status: CheckStatus
    production_format: ProductionFormat | None = None
    validity: ReadingValidity | None = None
    intervals_picokwh: int | None = None
    difference_picokwh: int | None = None


def check(counted: RegisterEnergy, sums: Sums) -> RegisterCheck:
    """Compare the energy between two reads with the intervals between them."""
    for production_format in (ProductionFormat.SETTLEMENT, ProductionFormat.SCADA):
        of_format = {
            channel: total for (word, channel), total in sums.items() if word == production_format
        }
        channels, validity = _basis(of_format)
        if channels:
            status, energy = _compared(counted, [of_format[channel] for channel in channels])
            return _result(status, production_format, validity, energy, counted)
    if counted.energy_picokwh is None:
        return RegisterCheck(CheckStatus.NOT_COMPARABLE)
    return RegisterCheck(CheckStatus.INCOMPLETE)


def _basis(known: Collection[Channel]) -> tuple[tuple[Channel, ...], ReadingValidity]:
    """Return the channels that are added, and the validity of their sum."""
    if added := net_channels(known):
        return added, ReadingValidity.NET_METERING
    return (Channel.GROSS,) if Channel.GROSS in known else (), ReadingValidity.TOTAL_GROSS


def _compared(counted: RegisterEnergy, parts: list[IntervalSum]) -> tuple[CheckStatus, int | None]:
    """Return the status, and the energy of the intervals if they fill the period."""
    if any(part.partial for part in parts):
        return CheckStatus.NOT_COMPARABLE, None
    whole = all(part.seconds * _SECOND == counted.end - counted.start for part in parts)
    energy = sum(part.energy_microkwh for part in parts) * _PICO_PER_MICRO if whole else None
    if counted.energy_picokwh is None:
        return CheckStatus.NOT_COMPARABLE, energy
    if energy is None:
        return CheckStatus.INCOMPLETE, None
    near = abs(counted.energy_picokwh - energy) <= counted.tolerance_picokwh
    return CheckStatus.OK if near else CheckStatus.DIFFERS, energy


def _result(
    status: CheckStatus,
    production_format: ProductionFormat,
    validity: ReadingValidity,
    energy: int | None,
    counted: RegisterEnergy,
) -> RegisterCheck:
    difference = None
    if energy is not None and counted.energy_picokwh is not None:
        difference = counted.energy_picokwh - energy
    return RegisterCheck(status, production_format, validity, energy, difference)
