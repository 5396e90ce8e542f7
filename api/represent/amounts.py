"""Stored integers to published numbers: the sign, the unit, the exact decimal text.

Storage counts generation positive. CDS-WG3-01 10.8.5.1.2 counts for the grid: energy that flows
from the central entity (the grid) to the external entity (the plant) is positive, generation is
negative. `grid_sign` is the only place that turns one into the other.
"""

from collections.abc import Iterable

#: Decimals of an integer of 10^-6 kWh (10^-6 kW) in the unit it is published in: a change of unit
#: moves the point and nothing else.
DECIMALS = {"Wh": 3, "kWh": 6, "MWh": 9, "W": 3, "kW": 6, "MW": 9}
#: The unit of power that goes with a project's unit of energy.
POWER_UNIT = {"Wh": "W", "kWh": "kW", "MWh": "MW"}


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
