"""Compares SCADA energy with settled energy, by interval and in sums of days and months; pure.

difference = settlement - SCADA. A small difference is expected (transformer and line losses up to
the metering point, station load, accuracy classes of transducers, clocks). So the tolerance is the
larger of a share of the settled energy and a share of the energy of the full capacity. Energies are
exact integers of 10^-6 kWh, capacity is 10^-6 kW, times are microseconds.
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.calendar.instants import HOUR_US
from gridfeed.domain.published.accuracy import Bools, Column
from gridfeed.domain.published.aligned import divided
from gridfeed.domain.telemetry.exact import divide_one
from gridfeed.domain.telemetry.samples import Int64


class Status(StrEnum):
    """The verdict on an interval, day or month; the first that applies."""

    BOTH_MISSING = "both_missing"
    SCADA_MISSING = "scada_missing"
    SETTLEMENT_MISSING = "settlement_missing"
    LOW_COVERAGE = "low_coverage"
    OUTSIDE = "outside"
    WITHIN = "within"


_STATUSES = tuple(Status)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """The allowed difference, as shares, and the SCADA coverage that a comparison needs."""

    of_energy: Fraction = Fraction(2, 100)
    of_capacity: Fraction = Fraction(5, 1000)
    coverage: Fraction = Fraction(95, 100)

    def band(self, settlement: int, capacity_us: int) -> int:
        """Return the largest allowed difference, 10^-6 kWh, rounded once, half to even.

        capacity_us: capacity times time, 10^-6 kW x microseconds.
        """
        energy, capacity = self.of_energy * abs(settlement), self.of_capacity * capacity_us
        return max(
            divide_one(energy.numerator, energy.denominator),
            divide_one(capacity.numerator, capacity.denominator * HOUR_US),
        )


@dataclass(frozen=True, slots=True)
class Compared:
    """Both energies of consecutive intervals of one length, one row for each interval.

    covered_us: how much of the interval good samples cover; all of it if nothing says less.
    capacity: 10^-6 kW of the meters in the row.
    """

    start: Int64
    length_us: int
    scada: Column
    settlement: Column
    covered_us: Int64
    capacity: Int64

    @property
    def both(self) -> Bools:
        """Return which intervals have both energies."""
        return self.scada.known & self.settlement.known

    def covered(self, tolerance: Tolerance) -> Bools:
        """Return which intervals have both energies, with enough SCADA coverage."""
        share = tolerance.coverage
        enough = self.covered_us * share.denominator >= self.length_us * share.numerator
        return self.both & enough

    def within(self, tolerance: Tolerance) -> Bools:
        """Return which differences are within the tolerance; False if there is no difference."""
        difference = self.settlement.energy.astype(object) - self.scada.energy
        energy, capacity = tolerance.of_energy, tolerance.of_capacity
        of_energy = np.abs(self.settlement.energy.astype(object)) * energy.numerator
        of_capacity = self.capacity.astype(object) * (capacity.numerator * self.length_us)
        band = np.maximum(
            divided(of_energy, energy.denominator),
            divided(of_capacity, capacity.denominator * HOUR_US),
        )
        return self.both & (np.abs(difference) <= band).astype(np.bool_)

    def statuses(self, tolerance: Tolerance) -> list[Status]:
        """Return each interval's status, equal to `Balance.status` of that interval alone."""
        scada, settlement = self.scada.known, self.settlement.known
        codes = np.select(
            [~scada & ~settlement, ~scada, ~settlement, ~self.covered(tolerance)],
            [0, 1, 2, 3],
            np.where(self.within(tolerance), 5, 4),
        )
        return [_STATUSES[code] for code in codes.tolist()]


@dataclass(frozen=True, slots=True)
class Balance:
    """The sums over intervals; `a.plus(b)` equals the sums of both together.

    scada, settlement: over the intervals that have both, so that their difference is meaningful.
    every_scada, every_settlement: over all intervals. covered_us, time_us, capacity_us: over those
    with both.
    """

    intervals: int = 0
    both: int = 0
    without_scada: int = 0
    without_settlement: int = 0
    scada: int = 0
    settlement: int = 0
    every_scada: int = 0
    every_settlement: int = 0
    covered_us: int = 0
    time_us: int = 0
    capacity_us: int = 0

    def plus(self, other: "Balance") -> "Balance":
        """Return the sums of both."""
        return Balance(
            *(getattr(self, part.name) + getattr(other, part.name) for part in fields(self))
        )

    @property
    def difference(self) -> int | None:
        """Return settlement - SCADA, 10^-6 kWh; None if no interval has both."""
        return self.settlement - self.scada if self.both else None

    @property
    def some_scada(self) -> int | None:
        """Return the energy of all intervals with SCADA, 10^-6 kWh; None if there are none."""
        return self.every_scada if self.without_scada < self.intervals else None

    @property
    def some_settlement(self) -> int | None:
        """Return the energy of all intervals with settlement, 10^-6 kWh; None if there are none."""
        return self.every_settlement if self.without_settlement < self.intervals else None

    @property
    def coverage(self) -> float | None:
        """Return the share of the compared time that good samples cover, 0 to 1."""
        return self.covered_us / self.time_us if self.both else None

    @property
    def percent(self) -> float | None:
        """Return the difference in percent of the settled energy; None if that is 0."""
        if not self.both or not self.settlement:
            return None
        return 100 * (self.settlement - self.scada) / abs(self.settlement)

    def band(self, tolerance: Tolerance) -> int | None:
        """Return the largest allowed difference, 10^-6 kWh; None if there is nothing to compare."""
        return tolerance.band(self.settlement, self.capacity_us) if self.both else None

    def status(self, tolerance: Tolerance) -> Status:
        """Return the verdict on the intervals with both energies, or which energies are missing."""
        if not self.both:
            return self._missing()
        if self.covered_us < self.time_us * tolerance.coverage:
            return Status.LOW_COVERAGE
        within = abs(self.settlement - self.scada) <= tolerance.band(
            self.settlement, self.capacity_us
        )
        return Status.WITHIN if within else Status.OUTSIDE

    def _missing(self) -> Status:
        if self.without_scada == self.without_settlement == self.intervals:
            return Status.BOTH_MISSING
        if self.without_scada > self.without_settlement:
            return Status.SCADA_MISSING
        return Status.SETTLEMENT_MISSING


def balances(compared: Compared, group: Int64) -> dict[int, Balance]:
    """Return the sums of each group of intervals, by number. group: the number of each row."""
    if not len(group):
        return {}
    order = np.argsort(group, kind="stable")
    numbers, heads = np.unique(group[order], return_index=True)
    # Python's integers: capacity times the time of a month does not fit 64 bits.
    columns = [
        np.add.reduceat(column[order].astype(object), heads).tolist()
        for column in _columns(compared)
    ]
    every = zip(numbers.tolist(), *columns, strict=True)
    return {number: Balance(*(int(part) for part in parts)) for number, *parts in every}


def _columns(compared: Compared) -> list[NDArray[np.object_] | Int64 | Bools]:
    """Return each component of the sums for every row, in the order of `Balance`."""
    both = compared.both.astype(object)
    scada, settlement = compared.scada, compared.settlement
    count = np.ones(len(both), dtype=object)
    return [
        count,
        both,
        count - scada.known.astype(object),
        count - settlement.known.astype(object),
        scada.energy.astype(object) * both,
        settlement.energy.astype(object) * both,
        scada.energy.astype(object) * scada.known,
        settlement.energy.astype(object) * settlement.known,
        compared.covered_us.astype(object) * both,
        compared.length_us * both,
        compared.capacity.astype(object) * compared.length_us * both,
    ]
