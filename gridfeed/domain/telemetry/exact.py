"""Power times time in integers that cannot overflow, divided and rounded once.

A product of 10 GW in 10^-9 kW (10^16) and a day in microseconds (8.64 x 10^10) does not fit 64
bits. So power is split into whole kW, whole 10^-6 kW of the rest, and 10^-9 kW of the last rest.
The three products are stored and summed separately; the division joins them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.telemetry.samples import QUANTA_PER_KW, Int64

#: Quanta of power (10^-9 kW) in the unit of published power (10^-6 kW).
QUANTA_PER_MICRO = 1_000
MICRO_PER_KW = QUANTA_PER_KW // QUANTA_PER_MICRO


class Area(NamedTuple):
    """Areas of 10^-9 kW x microseconds: whole x 10^9 + micro x 10^3 + nano, the latter two >= 0.

    Holds up to 102 GW for 25 hours, so 20 GW, the doubled areas of 10 GW, fit easily.
    """

    whole: Int64
    micro: Int64
    nano: Int64

    def plus(self, other: "Area") -> "Area":
        """Return the sums, row by row."""
        return Area(*(mine + its for mine, its in zip(self, other, strict=True)))

    def summed_from(self, heads: Int64) -> "Area":
        """Return one sum per group of rows; `heads` are the groups' first rows."""
        return Area(*(np.add.reduceat(limb, heads) for limb in self))

    def exactly(self, row: int) -> int:
        """Return the area of one row as one integer."""
        whole, micro, nano = (int(limb[row]) for limb in self)
        return (whole * MICRO_PER_KW + micro) * QUANTA_PER_MICRO + nano


def area(power: Int64, duration_us: Int64) -> Area:
    """Return power (10^-9 kW) times time, row by row."""
    in_micro = power // QUANTA_PER_MICRO
    whole = in_micro // MICRO_PER_KW
    micro, nano = in_micro - whole * MICRO_PER_KW, power - in_micro * QUANTA_PER_MICRO
    return Area(whole * duration_us, micro * duration_us, nano * duration_us)


def divide(dividend: Area, divisor: int | Int64) -> Int64:
    """Return the quotients in 10^-9, rounded once, half to even. divisor: 1 to 10^12."""
    quotient, rest = _long_division(dividend, divisor)
    up = (2 * rest > divisor) | ((2 * rest == divisor) & (quotient % 2 == 1))
    result: Int64 = quotient + up
    return result


def divide_to_micro(dividend: Area, divisor: int | Int64) -> Int64:
    """Return the quotients in 10^-6, rounded once, half to even. divisor: 1 to 10^12."""
    quotient, rest = _long_division(dividend, divisor)
    return to_micro(quotient, more=rest > 0)


def to_micro(quanta: Int64, *, more: NDArray[np.bool_] | bool = False) -> Int64:
    """Return 10^-9 as 10^-6, half to even; more: whether the exact value is slightly higher."""
    whole, rest = np.divmod(quanta, QUANTA_PER_MICRO)
    half = QUANTA_PER_MICRO // 2
    up = (rest > half) | ((rest == half) & (more | (whole % 2 == 1)))
    result: Int64 = whole + up
    return result


def divide_one(dividend: int, divisor: int) -> int:
    """Return the quotient of two integers of any size, rounded once, half to even."""
    quotient, rest = divmod(dividend, divisor)
    return quotient + (2 * rest > divisor or (2 * rest == divisor and quotient % 2 == 1))


def _long_division(dividend: Area, divisor: int | Int64) -> tuple[Int64, Int64]:
    """Return the quotients in 10^-9, rounded down, and the remainders; divides limb by limb."""
    whole, rest = np.divmod(dividend.whole, divisor)
    micro, rest = np.divmod(rest * MICRO_PER_KW + dividend.micro, divisor)
    nano, rest = np.divmod(rest * QUANTA_PER_MICRO + dividend.nano, divisor)
    return (whole * MICRO_PER_KW + micro) * QUANTA_PER_MICRO + nano, rest
