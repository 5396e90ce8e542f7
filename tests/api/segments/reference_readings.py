"""Plainly: which register reads a settlement segment shows."""

from dataclasses import dataclass
from decimal import Decimal

UNITS = {"0.001": "wh", "1": "kwh", "1000": "mwh"}


@dataclass(frozen=True)
class Dial:
    """A read so many seconds after the start of an interval, in the order in which they arrive."""

    place: int
    seconds: int
    value: str
    digits: int
    multiplier: str
    register: str


def shown(reads: list[Dial], intervals: int) -> dict[str, list[str | None]]:
    """The columns of a segment of meter m by id."""
    found: dict[str, list[str | None]] = {}
    for place in range(intervals):
        for register in sorted({each.register for each in reads}):
            last = _last(
                [r for r in reads if (r.place, r.seconds, r.register) == (place, 0, register)]
            )
            if last and last.multiplier in UNITS:
                name = f"gridfeed_readings_{UNITS[last.multiplier]}:md-m:{register}"
                found.setdefault(name, [None] * intervals)[place] = last.value
    return found


def _last(alike: list[Dial]) -> Dial | None:
    """The second of two different reads of one instant is the new meter's first."""
    different: dict[tuple[object, ...], Dial] = {}
    for each in alike:
        different.setdefault((each.digits, each.multiplier, Decimal(each.value)), each)
    reads = list(different.values())
    return reads[-1] if 1 <= len(reads) <= 2 else None
