"""Exact energy between the reads of a register: differences of dials.

A register increases with generation and starts again after 10^digits units. Two different reads of
one instant are a meter exchange: the last read of the old meter, then the first of the new one.
Energies are integers of 10^-12 kWh ("picokwh"): dials with 6 decimals times a multiplier with 6.
Accumulation and rollover as in ESPI (NAESB REQ.21) `AccumulationKind.bulkQuantity`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import groupby, pairwise

from gridfeed.domain.calendar.instants import MICROSECOND

#: A plant may briefly exceed its capacity a little, but never by more than this factor.
CAPACITY_MARGIN = Fraction(6, 5)
DECIMALS = 6
PICO_PER_KWH = 10**12
_HOUR = timedelta(hours=1)


class RegisterFlag(StrEnum):
    """Remarks on the energy between two reads. From IMPLAUSIBLE_JUMP on, the energy is unknown."""

    #: The dials passed their last digit.
    ROLLOVER = "rollover"
    #: The period ends with the exchange of the meter.
    EXCHANGE = "exchange"
    #: Another turn of the dials was possible, too; the fewest turns are assumed.
    AMBIGUOUS_ROLLOVER = "ambiguous_rollover"
    #: It needs more than 1.2 times the capacity, even if the last dial had only just turned.
    IMPLAUSIBLE_JUMP = "implausible_jump"
    #: Digits or multiplier changed, and no exchange explains it.
    CHANGED_WITHOUT_EXCHANGE = "changed_without_exchange"
    #: More than two different reads of one instant.
    AMBIGUOUS_INSTANT = "ambiguous_instant"


@dataclass(frozen=True, slots=True)
class DialRead:
    """One read of one register; read_at aware, multiplier in kWh per unit with up to 6 decimals.

    arrival: source and Kafka offset, which order the reads of one instant.
    """

    read_at: datetime
    digits: int
    multiplier: Decimal
    value: str
    arrival: tuple[int, int]

    @property
    def kind(self) -> tuple[int, Decimal]:
        """Return the properties that change only with an exchange of the meter."""
        return self.digits, self.multiplier

    @property
    def micro_units(self) -> int:
        """Return the dials in 10^-6 units."""
        whole, _, decimals = self.value.partition(".")
        return int(whole + decimals.ljust(DECIMALS, "0"))

    @property
    def unit_picokwh(self) -> int:
        """Return the energy of one unit of the last dial that was read."""
        decimals = len(self.value.partition(".")[2])
        return int(10 ** (DECIMALS - decimals)) * self.micro_multiplier

    @property
    def micro_multiplier(self) -> int:
        """Return the multiplier in 10^-6 kWh per unit."""
        return int(self.multiplier.scaleb(DECIMALS))


@dataclass(frozen=True, slots=True)
class ReadInstant:
    """The different reads of one instant in order of arrival: one, or the two of an exchange."""

    at: datetime
    reads: Sequence[DialRead]

    @property
    def is_exchange(self) -> bool:
        """Tell whether the meter was exchanged at this instant."""
        return len(self.reads) == 2


@dataclass(frozen=True, slots=True)
class RegisterEnergy:
    """The energy that a register counted in [start, end), in 10^-12 kWh; None if unknown.

    tolerance_picokwh: one unit of the last dial, of the coarser read.
    """

    start: datetime
    end: datetime
    energy_picokwh: int | None
    tolerance_picokwh: int
    flags: tuple[RegisterFlag, ...]


def instants(reads: Iterable[DialRead]) -> list[ReadInstant]:
    """Return one register's reads by instant; of equal reads the first, zeros aside."""
    ordered = sorted(reads, key=lambda read: (read.read_at, read.arrival))
    by_instant = groupby(ordered, lambda read: read.read_at)
    return [ReadInstant(at, _distinct(alike)) for at, alike in by_instant]


def energies(by_instant: Sequence[ReadInstant], capacity_kw: Decimal) -> list[RegisterEnergy]:
    """Return the energies between consecutive instants of one register.

    capacity_kw: the meter's. The order in which reads of different instants arrived does not
    matter.
    """
    most_kw = Fraction(capacity_kw) * CAPACITY_MARGIN
    return [_between(before, after, most_kw) for before, after in pairwise(by_instant)]


def _distinct(alike: Iterable[DialRead]) -> list[DialRead]:
    found: dict[tuple[object, ...], DialRead] = {}
    for read in alike:
        found.setdefault((*read.kind, read.micro_units), read)
    return list(found.values())


def _between(before: ReadInstant, after: ReadInstant, most_kw: Fraction) -> RegisterEnergy:
    first, last = before.reads[-1], after.reads[0]
    flags = [RegisterFlag.EXCHANGE] if after.is_exchange else []
    if len(before.reads) > 2 or len(after.reads) > 2:
        energy, more = None, [RegisterFlag.AMBIGUOUS_INSTANT]
    elif first.kind != last.kind:
        energy, more = None, [RegisterFlag.CHANGED_WITHOUT_EXCHANGE]
    else:
        energy, more = _counted(first, last, most_kw * _hours(before.at, after.at))
    tolerance = max(first.unit_picokwh, last.unit_picokwh)
    return RegisterEnergy(before.at, after.at, energy, tolerance, (*flags, *more))


def _counted(
    first: DialRead, last: DialRead, most_kwh: Fraction
) -> tuple[int | None, list[RegisterFlag]]:
    # Dials show whole units: the true energy may be up to one unit less than their difference.
    most = most_kwh * PICO_PER_KWH + max(first.unit_picokwh, last.unit_picokwh)
    turn = 10 ** (first.digits + DECIMALS) * first.micro_multiplier
    energy = (last.micro_units - first.micro_units) * first.micro_multiplier
    flags = []
    if energy < 0:
        energy += turn
        flags.append(RegisterFlag.ROLLOVER)
    if energy > most:
        return None, [RegisterFlag.IMPLAUSIBLE_JUMP]
    if energy + turn <= most:
        flags.append(RegisterFlag.AMBIGUOUS_ROLLOVER)
    return energy, flags


def _hours(start: datetime, end: datetime) -> Fraction:
    return Fraction((end - start) // MICROSECOND, _HOUR // MICROSECOND)
