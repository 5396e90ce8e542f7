"""Decides whether a register read is accepted, without judging the energy it implies."""

import re

from gridfeed.domain.declaration.catalogue import Meter
from gridfeed.domain.settlement.limits import LONGEST_REGISTER
from gridfeed.domain.settlement.messages import Refusal, RegisterRead
from gridfeed.domain.settlement.validation import (
    Terms,
    ahead,
    foreign,
    not_a_meter,
    shown,
    too_late,
)
from gridfeed.domain.words import Reason

MOST_DIGITS = 12
MOST_DECIMALS = 6
_VALUE = re.compile(rf"(\d{{1,{MOST_DIGITS}}})(\.\d{{1,{MOST_DECIMALS}}})?", re.ASCII)
_REGISTER = re.compile(rf"[^\s\x00-\x1f\x7f]{{1,{LONGEST_REGISTER}}}")


def check_register(read: RegisterRead, meter: Meter | None, terms: Terms) -> Refusal | None:
    """Return why a read is refused, or None. meter: the declared meter of its number, if any."""
    if meter is None:
        return not_a_meter(read.meter_number)
    return (
        foreign(meter, terms)
        or ahead("read_at", read.read_at, terms)
        or too_late("read_at", read.read_at, terms)
        or _out_of_range(read)
    )


def fault_of(read: RegisterRead) -> str | None:
    """Return why no register can show such a read, or None if one can."""
    match = _VALUE.fullmatch(read.value)
    if not _REGISTER.fullmatch(read.register):
        return (
            f"register={shown(read.register)}; 1 to {LONGEST_REGISTER} characters without spaces"
            " are accepted"
        )
    if not 1 <= read.digits <= MOST_DIGITS:
        return f"digits={read.digits}; 1 to {MOST_DIGITS} are accepted"
    if read.multiplier <= 0:
        return f"multiplier={read.multiplier:f}; kWh per unit, above 0, are accepted"
    if match is None:
        return (
            f"value={shown(read.value)} is not a register read; up to {MOST_DIGITS} digits, and"
            f" after a point up to {MOST_DECIMALS} more, are accepted"
        )
    if len(match[1]) > read.digits:
        return f"value={read.value!r} has more whole dials than digits={read.digits}"
    return None


def _out_of_range(read: RegisterRead) -> Refusal | None:
    fault = fault_of(read)
    return None if fault is None else Refusal(Reason.OUT_OF_RANGE, fault)
