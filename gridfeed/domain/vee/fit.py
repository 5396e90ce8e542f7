"""Adjusts amounts so that they add up to a total exactly."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor


def fitted(amounts: Sequence[int], total: int) -> tuple[list[int], str]:
    """Return amounts that add up to total, and how they were changed: `scaled` or `shifted`.

    They are scaled in proportion if all amounts and the total have the same sign. Otherwise each is
    shifted by the same amount, because a factor would enlarge amounts that cancel out. Rounded by
    largest remainder.
    """
    found = sum(amounts)
    one_sign = all(amount >= 0 for amount in amounts) or all(amount <= 0 for amount in amounts)
    if found and one_sign and total * found >= 0:
        return distributed([Fraction(amount * total, found) for amount in amounts], total), "scaled"
    shift = Fraction(total - found, len(amounts))
    return distributed([amount + shift for amount in amounts], total), "shifted"


def distributed(shares: Sequence[Fraction], total: int) -> list[int]:
    """Round shares, which add up to total, to integers that do, too: largest remainders go up."""
    whole = [floor(share) for share in shares]
    left = total - sum(whole)
    order = sorted(range(len(shares)), key=lambda place: (whole[place] - shares[place], place))
    for place in order[:left]:
        whole[place] += 1
    return whole
