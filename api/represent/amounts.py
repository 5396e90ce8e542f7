"""Stored integers to published numbers: the sign, the unit, the exact decimal text.

Storage counts generation positive. CDS-WG3-01 10.8.5.1.2 counts for the grid: energy that flows
from the central entity (the grid) to the external entity (the plant) is positive, generation is
negative. `grid_sign` is the only place that turns one into the other.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

#: Decimals of an integer of 10^-6 kWh (10^-6 kW) in the unit it is published in: a change of unit
#: moves the point and nothing else.
DECIMALS = {"Wh": 3, "kWh": 6, "MWh": 9, "W": 3, "kW": 6, "MW": 9}
#: The unit of power that goes with a project's unit of energy.
POWER_UNIT = {"Wh": "W", "kWh": "kW", "MWh": "MW"}

_SHARE = re.compile(r"(\d+)(?:\.(\d+))?%", re.ASCII)


@dataclass(frozen=True, slots=True)
class Share:
    """An exact decimal share: numerator / 10^decimals."""

    numerator: int
    decimals: int

    @classmethod
    def of(cls, contract_rule: str | None) -> "Share | None":
        """Return the share of a rule such as "37.5%"; None when there is none."""
        match = _SHARE.fullmatch(contract_rule or "")
        if match is None:
            return None
        numerator, decimals = int(match[1] + (match[2] or "")), len(match[2] or "") + 2
        while decimals and numerator % 10 == 0:
            numerator, decimals = numerator // 10, decimals - 1
        return cls(numerator, decimals)


def grid_sign(amounts: Iterable[int | None]) -> list[int | None]:
    """Return generation-positive amounts as the grid counts them: generation negative."""
    return [None if amount is None else -amount for amount in amounts]


def decimal_texts(
    amounts: Iterable[int | None], decimals: int, before: str = "", after: str = ""
) -> list[str]:
    """Return each amount / 10^decimals as a JSON number, exactly, with all its decimals.

    Each number stands between `before` and `after`; None is "null" without them. One loop for all,
    because a call a value took three times as long (288 values: 0.18 ms, now 0.06 ms).
    """
    positive, negative = decimals + 1, decimals + 2
    return [
        "null"
        if amount is None
        else before
        + (digits := str(amount).zfill(positive if amount >= 0 else negative))[:-decimals]
        + "."
        + digits[-decimals:]
        + after
        for amount in amounts
    ]
