"""The meter-days that `bench rest` requests: five-minute values of one meter and one day (UTC)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from urllib.parse import urlencode

import numpy as np

from cli.bench.json_agg import PATH
from cli.bench.ranges_fleet import Fleet
from gridfeed.domain.words import ProductionFormat

INTERVALS = 288


@dataclass(frozen=True, slots=True)
class MeterDay:
    """A meter, and the midnight at which the day begins."""

    meter_number: str
    start: datetime

    def segment_path(self) -> str:
        """Return the URL path of the day's only usage segment."""
        between = {
            "meter_numbers": self.meter_number,
            "production_formats": ProductionFormat.SCADA.value,
            "after": _text(self.start + timedelta(hours=1)),
            "before": _text(self.start + timedelta(hours=23)),
        }
        return f"/cds/v1/usage-segments?{urlencode(between)}"

    def json_agg_path(self) -> str:
        """Return the URL path of the same values at the `json_agg` route."""
        between = {
            "meter_number": self.meter_number,
            "start": _text(self.start),
            "end": _text(self.start + timedelta(days=1)),
        }
        return f"{PATH}?{urlencode(between)}"


def meter_days(fleet: Fleet) -> list[MeterDay]:
    """Return every meter-day of the fleet once, in an order without pattern."""
    numbers = [number for group in fleet.groups() for number in group]
    starts = [fleet.first + timedelta(days=day) for day in range(fleet.days)]
    every = [MeterDay(number, start) for number, start in product(numbers, starts)]
    return [every[place] for place in np.random.default_rng(0).permutation(len(every))]


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
