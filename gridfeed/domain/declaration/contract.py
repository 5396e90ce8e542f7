"""The share of a project's energy under contract: an exact fraction with its validity."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

_DECIMALS = 12
_PERCENT = re.compile(rf"([0-9]{{1,3}}(?:\.[0-9]{{1,{_DECIMALS}}})?)%")
_FRACTION = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class ContractShare:
    """The share for intervals that lie in [starts_at, ends_at); instants aware, None is open."""

    share: Fraction
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def share_of(text: str) -> Fraction:
    """Return the exact share that "37.5%" or "1/3" means, 0 < share <= 1.

    Raises ValueError for anything else, also for more than 12 decimals or 9 digits, because
    numerator and denominator are stored in 64 bits.
    """
    share = Fraction(0)
    if percent := _PERCENT.fullmatch(text):
        share = Fraction(percent[1]) / 100
    elif (fraction := _FRACTION.fullmatch(text)) and int(fraction[2]):
        share = Fraction(text)
    if not 0 < share <= 1:
        raise ValueError('not a share above 0% and up to 100%; write one like "37.5%" or "1/3"')
    return share


def spelled_share(share: Fraction) -> str:
    """Return "37.5%", or "1/3" if no percentage of 12 decimals is exact."""
    percent = share * 100
    if 10**_DECIMALS % percent.denominator:
        return str(share)
    exact = Decimal(percent.numerator) / percent.denominator
    return f"{exact.normalize():f}%"
