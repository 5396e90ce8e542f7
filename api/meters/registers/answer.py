"""Register reads and their energies as JSON text; pure. Generation stays positive here."""

import orjson

from api.meters.registers.shapes import MeterRegisters, Register, StoredRead
from api.web.amounts import DECIMALS, decimal_texts
from api.web.page import JSON_OPTIONS
from gridfeed.domain.settlement.register_check import RegisterCheck
from gridfeed.domain.settlement.registers import RegisterEnergy

#: Decimals of 10^-12 kWh beyond those of 10^-6 kWh; they are written only where they are not 0.
_MORE_DECIMALS = 6
_ROLES = ("final", "initial")


def registers(meter: MeterRegisters) -> bytes:
    """Return the JSON text: values and multipliers as strings, energies as exact numbers."""
    document = {
        "meter_number": meter.meter_number,
        "units": meter.units,
        "as_of": meter.as_of,
        "registers": [_register(each, meter.units) for each in meter.registers],
    }
    return orjson.dumps(document, option=JSON_OPTIONS)


def _register(register: Register, units: str) -> dict[str, object]:
    roles = {
        read.arrival: role
        for instant in register.by_instant
        if instant.is_exchange
        for read, role in zip(instant.reads, _ROLES, strict=True)
    }
    return {
        "register": register.register,
        "reads": [_read(each, roles.get(each.read.arrival)) for each in register.reads],
        "energies": [_energy(energy, check, units) for energy, check in register.energies],
    }


def _read(stored: StoredRead, role: str | None) -> dict[str, object]:
    return {
        "read_at": stored.read.read_at,
        "value": stored.read.value,
        "digits": stored.read.digits,
        "multiplier": f"{stored.read.multiplier:f}",
        "exchange": role,
        "recorded_at": stored.recorded_at,
    }


def _energy(counted: RegisterEnergy, check: RegisterCheck, units: str) -> dict[str, object]:
    return {
        "start": counted.start,
        "end": counted.end,
        "energy": _amount(counted.energy_picokwh, units),
        "flags": counted.flags,
        "check": {
            "status": check.status,
            "production_format": check.production_format,
            "reading_validity": check.validity,
            "energy": _amount(check.intervals_picokwh, units),
            "difference": _amount(check.difference_picokwh, units),
            "tolerance": _amount(counted.tolerance_picokwh, units),
        },
    }


def _amount(picokwh: int | None, units: str) -> orjson.Fragment:
    (text,) = decimal_texts([picokwh], DECIMALS[units] + _MORE_DECIMALS)
    return orjson.Fragment(text[:-_MORE_DECIMALS] + text[-_MORE_DECIMALS:].rstrip("0"))
