"""Whether a register read is accepted; what it says of energy is not asked here."""

import re
from datetime import timedelta

from gridfeed.domain.catalogue import Meter
from gridfeed.domain.messages import Refusal, RegisterRead
from gridfeed.domain.validation import Terms, ahead, foreign, iso, not_a_meter, shown
from gridfeed.domain.words import Reason

MOST_DIGITS = 12
MOST_DECIMALS = 6
_VALUE = re.compile(rf"(\d{{1,{MOST_DIGITS}}})(\.\d{{1,{MOST_DECIMALS}}})?", re.ASCII)
_REGISTER = re.compile(r"[^\s\x00-\x1f\x7f]{1,60}")


def check_register(read: RegisterRead, meter: Meter | None, terms: Terms) -> Refusal | None:
    """Return why a read is refused, None if it is accepted. meter: of its number, if declared."""
    if meter is None:
        return not_a_meter(read.meter_number)
    return (
        foreign(meter, terms)
        or ahead("read_at", read.read_at, terms)
        or _too_late(read, terms)
        or _out_of_range(read)
    )


def fault_of(read: RegisterRead) -> str | None:
    """Return what no register can show of a read, None if one can."""
    match = _VALUE.fullmatch(read.value)
    if not _REGISTER.fullmatch(read.register):
        return f"register={shown(read.register)}; 1 to 60 characters without spaces are accepted"
    if not 1 <= read.digits <= MOST_DIGITS:
        return f"digits={read.digits}; 1 to {MOST_DIGITS} are accepted"
    if read.multiplier <= 0:
        return f"multiplier={read.multiplier:f}; kWh per unit, above 0, are accepted"
    if match is None:
        return (
            f"value={shown(read.value)} is no register's; up to {MOST_DIGITS} digits, and a point"
            f" with up to {MOST_DECIMALS} more, are accepted"
        )
    if len(match[1]) > read.digits:
        return f"value={read.value!r} has more whole dials than digits={read.digits}"
    return None


def _too_late(read: RegisterRead, terms: Terms) -> Refusal | None:
    if read.read_at >= terms.now - timedelta(days=terms.retention_days):
        return None
    return Refusal(
        Reason.TOO_LATE,
        f"read_at {iso(read.read_at)} is {(terms.now - read.read_at).days} days old; "
        f"at most GRIDFEED_RETENTION_DAYS={terms.retention_days}",
    )


def _out_of_range(read: RegisterRead) -> Refusal | None:
    fault = fault_of(read)
    return None if fault is None else Refusal(Reason.OUT_OF_RANGE, fault)
