"""A meter's registers: the result of the query, which the answer is built from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gridfeed.domain.settlement.register_check import RegisterCheck
from gridfeed.domain.settlement.registers import DialRead, ReadInstant, RegisterEnergy


@dataclass(frozen=True, slots=True)
class StoredRead:
    """A read and the instant at which it was recorded."""

    read: DialRead
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Register:
    """One register: its reads by time, and the energy and check between consecutive instants."""

    register: str
    reads: Sequence[StoredRead]
    by_instant: Sequence[ReadInstant]
    energies: Sequence[tuple[RegisterEnergy, RegisterCheck]]


@dataclass(frozen=True, slots=True)
class MeterRegisters:
    """The registers of a meter, by name.

    units: the project's unit of energy. as_of: the instant whose knowledge is shown.
    """

    meter_number: str
    units: str
    as_of: datetime | None
    registers: Sequence[Register]
