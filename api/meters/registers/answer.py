"""Register reads and their energies as an answer; pure. Generation stays positive here."""

from typing import Annotated

from msgspec import Raw

from api.meters.registers.shapes import MeterRegisters, StoredRead
from api.meters.registers.shapes import Register as FoundRegister
from api.web.amounts import DECIMALS, decimal_texts
from api.web.shapes import Number, Shape, Time, means
from gridfeed.domain.calendar.instants import read_instant
from gridfeed.domain.settlement.register_check import RegisterCheck as Checked
from gridfeed.domain.settlement.registers import RegisterEnergy as Counted

#: 10^-12 kWh have six more decimals than 10^-6 kWh. Their trailing zeros are not written.
_MORE_DECIMALS = 6
_ROLES = ("final", "initial")


class RegisterRead(Shape):
    """A read of a register."""

    read_at: Annotated[Time, means("when the register was read")]
    value: Annotated[str, means("number on the dials, verbatim")]
    digits: Annotated[
        int, means("number of whole dials; they start again at zero after 10^digits units")
    ]
    multiplier: Annotated[str, means("kWh per unit, an exact decimal")]
    exchange: Annotated[
        str | None, means("reads of a meter exchange: final (old meter), initial (new meter)")
    ]
    recorded_at: Annotated[Time, means("when the read was recorded")]


class RegisterCheck(Shape):
    """Whether a register and the intervals agree."""

    status: Annotated[str, means("ok, differs, incomplete or not_comparable")]
    production_format: Annotated[
        str | None, means("format of the intervals: settlement, otherwise scada")
    ]
    reading_validity: Annotated[
        str | None, means("validity of the intervals: net_metering, otherwise total_gross")
    ]
    energy: Annotated[Number | None, means("sum of the intervals; null if some are missing")]
    difference: Annotated[
        Number | None, means("energy of the register minus that of the intervals")
    ]
    tolerance: Annotated[Number, means("one unit of the last dial")]


class RegisterEnergy(Shape):
    """The energy that a register counted between two reads."""

    start: Annotated[Time, means("time of the earlier read")]
    end: Annotated[Time, means("time of the later read")]
    energy: Annotated[
        Number | None,
        means("energy that the register counted, exact; null: not known, flags say why"),
    ]
    flags: Annotated[
        list[str],
        means(
            "rollover, exchange (at the end), ambiguous_rollover; implausible_jump,"
            " changed_without_exchange, ambiguous_instant: the energy is unknown"
        ),
    ]
    check: Annotated[RegisterCheck, means("whether register and intervals agree")]


class Register(Shape):
    """One register of a meter."""

    register: Annotated[str, means("its name")]
    reads: Annotated[list[RegisterRead], means("in order")]
    energies: Annotated[list[RegisterEnergy], means("between neighbouring reads, in order")]


class Registers(Shape):
    """The registers of one meter."""

    meter_number: Annotated[str, means("as asked for")]
    units: Annotated[str, means("unit of all energies: the project's")]
    as_of: Annotated[Time | None, means("as asked for")]
    registers: Annotated[list[Register], means("each register that was read")]


EXAMPLE = Registers(
    meter_number="serf-east-1",
    units="kWh",
    as_of=None,
    registers=[
        Register(
            register="total",
            reads=[
                RegisterRead(
                    read_at=read_instant(at),
                    value=value,
                    digits=5,
                    multiplier="40.000000",
                    exchange=None,
                    recorded_at=read_instant(recorded_at),
                )
                for at, value, recorded_at in (
                    ("2026-03-01T00:00:00Z", "99987", "2026-03-01T00:05:01.204113Z"),
                    ("2026-04-01T00:00:00Z", "00012", "2026-04-01T00:05:01.310007Z"),
                )
            ],
            energies=[
                RegisterEnergy(
                    start=read_instant("2026-03-01T00:00:00Z"),
                    end=read_instant("2026-04-01T00:00:00Z"),
                    energy=Raw(b"1000.0"),
                    flags=["rollover"],
                    check=RegisterCheck(
                        status="ok",
                        production_format="settlement",
                        reading_validity="net_metering",
                        energy=Raw(b"1012.5"),
                        difference=Raw(b"-12.5"),
                        tolerance=Raw(b"40.0"),
                    ),
                )
            ],
        )
    ],
)


def registers(meter: MeterRegisters) -> Registers:
    """Return the answer: values and multipliers as strings, energies as exact numbers."""
    return Registers(
        meter_number=meter.meter_number,
        units=meter.units,
        as_of=meter.as_of,
        registers=[_register(each, meter.units) for each in meter.registers],
    )


def _register(register: FoundRegister, units: str) -> Register:
    roles = {
        read.arrival: role
        for instant in register.by_instant
        if instant.is_exchange
        for read, role in zip(instant.reads, _ROLES, strict=True)
    }
    return Register(
        register=register.register,
        reads=[_read(each, roles.get(each.read.arrival)) for each in register.reads],
        energies=[_energy(energy, check, units) for energy, check in register.energies],
    )


def _read(stored: StoredRead, role: str | None) -> RegisterRead:
    return RegisterRead(
        read_at=stored.read.read_at,
        value=stored.read.value,
        digits=stored.read.digits,
        multiplier=f"{stored.read.multiplier:f}",
        exchange=role,
        recorded_at=stored.recorded_at,
    )


def _energy(counted: Counted, check: Checked, units: str) -> RegisterEnergy:
    return RegisterEnergy(
        start=counted.start,
        end=counted.end,
        energy=_amount(counted.energy_picokwh, units),
        flags=list(counted.flags),
        check=RegisterCheck(
            status=check.status,
            production_format=check.production_format,
            reading_validity=check.validity,
            energy=_amount(check.intervals_picokwh, units),
            difference=_amount(check.difference_picokwh, units),
            tolerance=_amount(counted.tolerance_picokwh, units),
        ),
    )


def _amount(picokwh: int | None, units: str) -> Raw:
    (text,) = decimal_texts([picokwh], DECIMALS[units] + _MORE_DECIMALS)
    return Raw((text[:-_MORE_DECIMALS] + text[-_MORE_DECIMALS:].rstrip("0")).encode())
