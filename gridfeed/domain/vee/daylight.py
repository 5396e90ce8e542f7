"""Computes how high the sun stands over a plant."""

from collections.abc import Iterator

from astral import Observer
from astral.sun import elevation

from gridfeed.domain.calendar.instants import instant

#: The sun moves less than four degrees in this time.
_STEP_US = 900_000_000


class Sun:
    """The sun over one place; each position is computed once."""

    def __init__(self, latitude: float, longitude: float) -> None:
        """Coordinates in degrees, north and east positive."""
        self._observer = Observer(latitude, longitude)
        self._seen: dict[int, float] = {}

    def stays_below(self, degrees: float, start_us: int, end_us: int) -> bool:
        """Tell whether the sun stays lower than `degrees` throughout [start_us, end_us].

        Checks every quarter-hour, from the one at or before the start to the one at or after the
        end.
        """
        return all(self._elevation(step) < degrees for step in _steps(start_us, end_us))

    def _elevation(self, step: int) -> float:
        if step not in self._seen:
            self._seen[step] = elevation(self._observer, instant(step * _STEP_US))
        return self._seen[step]


def _steps(start_us: int, end_us: int) -> Iterator[int]:
    yield from range(start_us // _STEP_US, -(-end_us // _STEP_US) + 1)
