"""Fits settlement = a x SCADA + b, and tests whether one clock is an interval late; pure.

The line is the least-squares fit over exact sums. Its slope a is the loss up to the metering point,
or a wrong scale; b is a constant draw. Energies are integers of 10^-6 kWh.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

import numpy as np

from gridfeed.domain.published.accuracy import Bools
from gridfeed.domain.published.reconciliation import Compared
from gridfeed.domain.telemetry.samples import Int64

#: Fewer intervals say nothing about clocks: half a day of quarter hours.
LEAST_INTERVALS = 48
#: A shift is claimed if its squared residual is at most this share of the unshifted one.
CLEARLY_BETTER = 0.5
SHIFTS = (-1, 0, 1)


@dataclass(frozen=True, slots=True)
class Line:
    """settlement = slope x SCADA + intercept over a number of intervals.

    intercept: kWh an interval. r_squared: the share of settlement's variance that the line
    explains. residual: sum of the squared residuals, 10^-12 kWh^2.
    """

    intervals: int
    slope: float
    intercept: float
    r_squared: float
    residual: float

    @property
    def residual_rms(self) -> float:
        """Return the root mean square of the residuals, kWh an interval."""
        return sqrt(self.residual / self.intervals) / 1e6


class ShiftVerdict(StrEnum):
    """The result of the clock-shift test."""

    ALIGNED = "aligned"
    SHIFTED = "shifted"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Shift:
    """The one-interval clock-shift test: settlement of interval i against SCADA of i - shift.

    best: the shift with the smallest residual, None if there is too little data. Positive:
    settlement is late, as if hour-ending times were read as starts. leaves: its residual as a share
    of the residual without shift. intervals: the number compared, the same for every shift. lines:
    the lines of SHIFTS in that order.
    """

    verdict: ShiftVerdict
    intervals: int
    best: int | None = None
    leaves: float | None = None
    lines: tuple[Line, ...] = ()


def line(scada: Int64, settlement: Int64) -> Line | None:
    """Return the least-squares line; None if SCADA or settlement does not vary."""
    x, y = scada.astype(object), settlement.astype(object)
    n, sum_x, sum_y = len(x), int(x.sum()), int(y.sum())
    # n times the variances: integers, so nothing cancels out.
    xx = n * int((x * x).sum()) - sum_x * sum_x
    yy = n * int((y * y).sum()) - sum_y * sum_y
    xy = n * int((x * y).sum()) - sum_x * sum_y
    if not xx or not yy:
        return None
    return Line(
        intervals=n,
        slope=xy / xx,
        intercept=(sum_y * xx - xy * sum_x) / (n * xx) / 1e6,
        r_squared=xy * xy / (xx * yy),
        residual=(yy * xx - xy * xy) / (n * xx),
    )


def shift_test(compared: Compared, usable: Bools) -> Shift:
    """Return the shift of one interval with which settlement follows SCADA best.

    usable: the rows that count. Every shift compares the same settled intervals: those whose SCADA
    neighbours on both sides count, too. A shift is claimed only if it leaves at most CLEARLY_BETTER
    of the unshifted squares: a smooth day looks alike an interval later.
    """
    middle = _with_neighbours(compared, usable)
    if len(middle) < LEAST_INTERVALS:
        return Shift(ShiftVerdict.UNDETERMINED, len(middle))
    settlement, scada = compared.settlement.energy[middle], compared.scada.energy
    found = [line(scada[middle - shift], settlement) for shift in SHIFTS]
    lines = tuple(each for each in found if each is not None)
    if len(lines) < len(SHIFTS):
        return Shift(ShiftVerdict.UNDETERMINED, len(middle))
    return _verdict(lines)


def _verdict(lines: tuple[Line, ...]) -> Shift:
    residuals = [each.residual for each in lines]
    unshifted = residuals[SHIFTS.index(0)]
    least = min(residuals)
    best = 0 if unshifted == least else SHIFTS[residuals.index(least)]
    leaves = least / unshifted if unshifted else 1.0
    if best == 0:
        verdict = ShiftVerdict.ALIGNED
    elif lines[SHIFTS.index(best)].slope > 0 and leaves <= CLEARLY_BETTER:
        verdict = ShiftVerdict.SHIFTED
    else:
        verdict = ShiftVerdict.UNDETERMINED
    return Shift(verdict, lines[0].intervals, best, leaves, lines)


def _with_neighbours(compared: Compared, usable: Bools) -> Int64:
    """Return the usable rows whose SCADA neighbours on both sides are usable, too."""
    inner = np.arange(1, max(1, len(usable) - 1))
    start = compared.start
    adjoining = start[inner + 1] - start[inner - 1] == 2 * compared.length_us
    counts = usable[inner] & usable[inner - 1] & usable[inner + 1]
    result: Int64 = inner[adjoining & counts]
    return result
