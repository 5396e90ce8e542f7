"""The common parts of the derived views' answers; pure.

Generation is positive, energies are exact.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, TypeVar, overload

from msgspec import Raw

from api.comparisons.asked import Asked
from api.web.amounts import DECIMALS, POWER_UNIT, decimal_texts
from api.web.shapes import Shape, Time, means
from gridfeed.domain.calendar.instants import read_instant

V = TypeVar("V", bound="OfVersion")

#: Decimals of numbers without a unit: shares, skill, percent.
RATIO_DECIMALS = 6
_DECIMALS_OF_MICRO = 6


@dataclass(frozen=True, slots=True)
class Units:
    """The project's unit of energy and the unit of power that belongs to it."""

    energy_unit: str

    @property
    def power_unit(self) -> str:
        """Return the unit of power."""
        return POWER_UNIT[self.energy_unit]

    def energy(self, microkwh: int | None) -> Raw | None:
        """Return the energy as a JSON number, exactly."""
        if microkwh is None:
            return None
        return Raw(decimal_texts([microkwh], DECIMALS[self.energy_unit])[0].encode())

    @overload
    def power(self, kw: float) -> float: ...

    @overload
    def power(self, kw: float | None) -> float | None: ...

    def power(self, kw: float | None) -> float | None:
        """Return the power (or energy in kWh) in this unit, rounded to 10^-6 kW."""
        if kw is None:
            return None
        decimals = DECIMALS[self.power_unit]
        return round(kw * 10.0 ** (_DECIMALS_OF_MICRO - decimals), decimals)


@overload
def ratio(value: float) -> float: ...


@overload
def ratio(value: float | None) -> float | None: ...


def ratio(value: float | None) -> float | None:
    """Return a number without a unit, rounded."""
    return None if value is None else round(value, RATIO_DECIMALS)


class Compared(Shape):
    """What an answer repeats of its question."""

    meter_number: Annotated[str | None, means("as asked for; null if a project was asked for")]
    cds_productionproject_id: Annotated[str, means("project whose time zone and units apply")]
    timezone: Annotated[str, means("time zone of hours, days and months")]
    start: Annotated[Time, means("as asked for")]
    end: Annotated[Time, means("as asked for")]
    interval: Annotated[int, means("length of the compared intervals in seconds")]
    units: Annotated[str, means("unit of all energies: Wh, kWh or MWh")]
    power_units: Annotated[str, means("unit of all powers: W, kW or MW")]
    by: Annotated[str, means("as asked for")]
    as_of: Annotated[Time | None, means("as asked for")]
    settlement: Annotated[str, means("as asked for")]


HEADING_EXAMPLE: dict[str, Any] = {
    "meter_number": "serf-east-1",
    "cds_productionproject_id": "serf-east",
    "timezone": "America/Denver",
    "start": read_instant("2026-03-01T07:00:00Z"),
    "end": read_instant("2026-03-02T07:00:00Z"),
    "interval": 900,
    "units": "kWh",
    "power_units": "kW",
    "by": "day",
    "as_of": None,
    "settlement": "latest",
}


def heading(asked: Asked, by: StrEnum) -> dict[str, Any]:
    """Return the members of `Compared`."""
    return {
        "meter_number": asked.scope.meter_number,
        "cds_productionproject_id": asked.scope.project.cds_productionproject_id,
        "timezone": asked.scope.project.timezone,
        "start": asked.start,
        "end": asked.end,
        "interval": asked.interval_seconds,
        "units": asked.scope.project.units,
        "power_units": POWER_UNIT[asked.scope.project.units],
        "by": by.value,
        "as_of": asked.as_of,
        "settlement": asked.settlement,
    }


class OfVersion(Shape):
    """What is of one settlement version."""

    settlement_version: Annotated[int, means("0 is initial")]
    settlement_run: Annotated[str | None, means("the code that the project declares for it")]


def versions(asked: Asked, kind: type[V], counts: Mapping[int, int], name: str) -> list[V]:
    """Return one `kind` per settlement version: its count as `name`, and the code of its run."""
    runs = asked.runs()
    return [
        kind(
            settlement_version=version, settlement_run=runs.get(version), **{name: counts[version]}
        )
        for version in sorted(counts)
    ]
