"""Finds values that jump away from both neighbours and back."""

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.vee.series import Bools, Intervals

Floats = NDArray[np.float64]


def spikes(intervals: Intervals, least_microkw: float, times_usual: float, near_us: int) -> Bools:
    """Flag values that differ from both neighbours by more than is usual there.

    Neighbours are the nearest known values, at most near_us away. They must agree: differ by at
    most half of the jump. A jump must reach least_microkw, and times_usual times the median step
    between values within near_us on either side, without its own two steps: a spike on a clear day
    would be weather on a cloudy one.
    """
    found = np.zeros(len(intervals), np.bool_)
    rows = np.flatnonzero(intervals.known)
    if len(rows) < 3:
        return found
    power = intervals.power()[rows]
    near = intervals.start_us[rows][1:] - intervals.end_us[rows][:-1] <= near_us
    jump = _jumps(power)
    apart = np.abs(power[2:] - power[:-2])
    candidates = (jump >= least_microkw) & (apart <= jump / 2) & near[1:] & near[:-1]
    steps = np.where(near, np.abs(np.diff(power)), np.nan)
    at = intervals.start_us[rows]
    for place in np.flatnonzero(candidates) + 1:
        first, last = np.searchsorted(at, [at[place] - near_us, at[place] + near_us + 1])
        around = np.concatenate([steps[first : place - 1], steps[place + 1 : last - 1]])
        usual = _median(around)
        found[rows[place]] = jump[place - 1] >= times_usual * usual
    return found


def _jumps(power: Floats) -> Floats:
    """Return how far each inner value lies beyond the nearer of its neighbours, up or down."""
    before, value, after = power[:-2], power[1:-1], power[2:]
    above = value - np.maximum(before, after)
    below = np.minimum(before, after) - value
    return np.maximum(above, below)


def _median(steps: Floats) -> float:
    known = steps[~np.isnan(steps)]
    return float(np.median(known)) if len(known) else 0.0
