"""Forecast arithmetic: the published mean power of an interval, and its energy."""

from typing import overload

from gridfeed.domain.telemetry.exact import MICRO_PER_KW, divide_one


def to_microkw(kilowatts: float) -> int:
    """Return finite kilowatts as an integer of 10^-6 kW, half to even."""
    return round(kilowatts * MICRO_PER_KW)


@overload
def mean_energy(power_microkw: int, interval_seconds: int) -> int: ...
@overload
def mean_energy(power_microkw: None, interval_seconds: int) -> None: ...
@overload
def mean_energy(power_microkw: int | None, interval_seconds: int) -> int | None: ...
def mean_energy(power_microkw: int | None, interval_seconds: int) -> int | None:
    """Return the energy (10^-6 kWh) of a mean power (10^-6 kW) held for an interval."""
    if power_microkw is None:
        return None
    return divide_one(power_microkw * interval_seconds, 3600)
