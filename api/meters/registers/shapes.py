"""What a meter's registers showed and counted, between the query and its representation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gridfeed.domain.settlement.register_check import RegisterCheck
from gridfeed.domain.settlement.registers import DialRead, ReadInstant, RegisterEnergy


@dataclass(frozen=True, slots=True)
class StoredRead:
    """A read and when it was recorded."""

    read: DialRead
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Register:
    """One register: its reads by time, and between consecutive instants energy and check."""

    register: str
    reads: Sequence[StoredRead]
    by_instant: Sequence[ReadInstant]
    energies: Sequence[tuple[RegisterEnergy, RegisterCheck]]


@dataclass(frozen=True, slots=True)
class MeterRegisters:
    """The registers of a meter by name. units: of its project; as_of: what was known then."""

    meter_number: str
    units: str
    as_of: datetime | None
    registers: Sequence[Register]
