"""The intervals that validation and estimation use: a series in order, with its holes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.calendar.instants import HOUR_US
from gridfeed.domain.telemetry.samples import Int64
from gridfeed.domain.words import Channel, Technology

Bools = NDArray[np.bool_]


class Flag(StrEnum):
    """A finding of validation in an interval; it never changes a value."""

    GAP = "gap"
    STUCK = "stuck"
    SPIKE = "spike"
    HIGH_LIMIT = "high_limit"
    LOW_LIMIT = "low_limit"
    DAYLIGHT = "daylight"
    REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Plant:
    """The declared properties of a meter's plant. Powers in 10^-6 kW, coordinates in degrees.

    station_load_microkw: the most it draws while it does not produce; None: not declared.
    """

    capacity_microkw: int
    station_load_microkw: int | None = None
    technology: Technology | None = None
    latitude: float | None = None
    longitude: float | None = None


def plant_of(declared: Mapping[str, Any]) -> Plant:
    """Return the plant of a row with capacity_kw, station_load_kw, technology and coordinates."""
    load, technology = declared["station_load_kw"], declared["technology"]
    latitude, longitude = declared["latitude"], declared["longitude"]
    return Plant(
        int(declared["capacity_kw"] * 1_000_000),
        None if load is None else int(load * 1_000_000),
        None if technology is None else Technology(technology),
        None if latitude is None else float(latitude),
        None if longitude is None else float(longitude),
    )


@dataclass(frozen=True, slots=True)
class Intervals:
    """Intervals of one meter, format and channel as columns of one length, by start.

    start_us, length_us: microseconds. energy: 10^-6 kWh, generation positive, 0 if unknown.
    """

    channel: Channel
    start_us: Int64
    length_us: Int64
    energy: Int64
    known: Bools

    def __len__(self) -> int:
        """Return the number of intervals."""
        return len(self.start_us)

    @property
    def end_us(self) -> Int64:
        """Return the end of each interval."""
        return self.start_us + self.length_us

    def power(self) -> NDArray[np.float64]:
        """Return mean power in 10^-6 kW, for comparison with limits; NaN if unknown."""
        power: NDArray[np.float64] = self.energy * (HOUR_US / self.length_us)
        return np.where(self.known, power, np.nan)


#: start_us, length_us, energy in 10^-6 kWh or None
IntervalRow = tuple[int, int, int | None]


def laid_out(
    channel: Channel, rows: Sequence[IntervalRow], start_us: int, end_us: int
) -> Intervals:
    """Return the rows together with the intervals missing between start_us and end_us.

    rows: by start, without overlap. A hole is filled with intervals as long as the one before it;
    at the front, as the one after it. A shorter rest is omitted. Without rows the length of
    intervals is unknown, so the result is empty.
    """
    if not rows:
        none = np.empty(0, np.int64)
        return Intervals(channel, none, none, none, none.astype(np.bool_))
    starts = np.array([start for start, _, _ in rows], np.int64)
    lengths = np.array([length for _, length, _ in rows], np.int64)
    energies = np.array([energy or 0 for _, _, energy in rows], np.int64)
    known = np.array([energy is not None for _, _, energy in rows], np.bool_)
    free = np.append(starts[1:], max(end_us, rows[-1][0] + rows[-1][1])) - starts
    row, place = _repeated(np.maximum(free // lengths, 1))
    ahead = max(0, (rows[0][0] - start_us) // rows[0][1])
    row = np.concatenate([np.zeros(ahead, np.intp), row])
    place = np.concatenate([np.arange(-ahead, 0), place])
    present = place == 0
    return Intervals(
        channel,
        starts[row] + place * lengths[row],
        lengths[row],
        np.where(present, energies[row], 0),
        known[row] & present,
    )


def _repeated(times: Int64) -> tuple[NDArray[np.intp], Int64]:
    """Return each row as many times as requested, and the place of each among its copies."""
    row = np.repeat(np.arange(len(times)), times)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)


def kwh_text(microkwh: int) -> str:
    """Return 10^-6 kWh as exact kWh."""
    return f"{Decimal(microkwh).scaleb(-6):.6f}"
