"""Reads of one register in few words, for tests."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from gridfeed.domain.settlement.registers import (
    PICO_PER_KWH,
    DialRead,
    RegisterEnergy,
    energies,
    instants,
)

TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)


def shown(
    minutes: int, value: str, *, digits: int = 5, multiplier: str = "40", offset: int = 0
) -> DialRead:
    """Return what a register showed so many minutes after ten."""
    at = TEN + timedelta(minutes=minutes)
    return DialRead(at, digits, Decimal(multiplier), value, (1, offset))


def counted(reads: Sequence[DialRead], capacity_kw: str = "5000") -> list[RegisterEnergy]:
    """Return the energies between the reads."""
    return energies(instants(reads), Decimal(capacity_kw))


def kwh(energy: RegisterEnergy) -> Fraction | None:
    """Return a period's energy in kWh, None where it is unknown."""
    if energy.energy_picokwh is None:
        return None
    return Fraction(energy.energy_picokwh, PICO_PER_KWH)


def said(reads: Sequence[DialRead], capacity_kw: str = "5000") -> list[tuple[object, list[str]]]:
    """Return each period's energy in kWh and its flags."""
    return [(kwh(each), [*each.flags]) for each in counted(reads, capacity_kw)]
