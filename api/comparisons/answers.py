"""What the derived views' answers share; pure. Generation is positive, energies are exact."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import orjson

from api.comparisons.asked import Asked
from api.web.amounts import DECIMALS, POWER_UNIT, decimal_texts
from gridfeed.domain.calendar.instants import rfc3339

#: Decimals of what has no unit: shares, skill, percent.
RATIO_DECIMALS = 6
_DECIMALS_OF_MICRO = 6


@dataclass(frozen=True, slots=True)
class Units:
    """The project's unit of energy, and the unit of power that goes with it."""

    energy_unit: str

    @property
    def power_unit(self) -> str:
        """Return the unit of power."""
        return POWER_UNIT[self.energy_unit]

    def energy(self, microkwh: int | None) -> orjson.Fragment | None:
        """Return the energy as a JSON number, exactly."""
        if microkwh is None:
            return None
        return orjson.Fragment(decimal_texts([microkwh], DECIMALS[self.energy_unit])[0])

    def power(self, kw: float | None) -> float | None:
        """Return the power (or energy in kWh), rounded to what 10^-6 kW are in this unit."""
        if kw is None:
            return None
        decimals = DECIMALS[self.power_unit]
        return round(kw * 10.0 ** (_DECIMALS_OF_MICRO - decimals), decimals)


def ratio(value: float | None) -> float | None:
    """Return what has no unit, rounded."""
    return None if value is None else round(value, RATIO_DECIMALS)


def heading(asked: Asked, by: StrEnum) -> dict[str, object]:
    """Return what an answer repeats of its question."""
    return {
        "meter_number": asked.scope.meter_number,
        "cds_productionproject_id": asked.scope.project.cds_productionproject_id,
        "timezone": asked.scope.project.timezone,
        "start": rfc3339(asked.start),
        "end": rfc3339(asked.end),
        "interval": asked.interval_seconds,
        "units": asked.scope.project.units,
        "power_units": POWER_UNIT[asked.scope.project.units],
        "by": by.value,
        "as_of": None if asked.as_of is None else rfc3339(asked.as_of),
    }


def versions(asked: Asked, counts: Mapping[int, int], name: str) -> list[dict[str, object]]:
    """Return how many (`name`) are of each settlement version, with the code of its run."""
    runs = asked.runs()
    return [
        {"settlement_version": version, "settlement_run": runs.get(version), name: counts[version]}
        for version in sorted(counts)
    ]
