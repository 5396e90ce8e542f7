"""Builds the intervals that the rollup computes from rows of many series."""

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.telemetry.merge import Int32, Rows
from gridfeed.domain.telemetry.pieces import Windows
from gridfeed.domain.telemetry.samples import Int64
from gridfeed.domain.telemetry.series import EVERYTHING, Series


def windows_of(table: Series, rows: Rows, series: Int32, start: Int64) -> Windows:
    """Return the intervals of these series that start at `start`, microseconds, with their rows."""
    end = start + table.length[series]
    first, stop = rows.between(series, start, end)
    carry, has_carry = _neighbour(rows, first - 1, series)
    follow, has_follow = _neighbour(rows, stop, series)
    samples = rows.samples
    return Windows(
        start=start,
        end=end,
        hold=table.hold[series],
        linear=table.linear[series],
        first=first,
        stop=stop,
        carry_at=samples.observed_at[carry],
        carry_power=samples.power[carry],
        carry_quality=samples.quality[carry],
        has_carry=has_carry,
        follow_at=samples.observed_at[follow],
        follow_power=samples.power[follow],
        follow_quality=samples.quality[follow],
        has_follow=has_follow,
    )


def newest(windows: Windows, rows: Rows) -> Int64:
    """Return when the newest sample of each window was observed; EVERYTHING if it has none.

    For a linear meter the sample after the window counts, too, if the window's power runs to it.
    """
    if not len(rows):
        return np.full(len(windows.start), EVERYTHING)
    inside = windows.stop > windows.first
    last = rows.samples.observed_at[np.maximum(windows.stop - 1, 0)]
    before = np.where(windows.has_carry, windows.carry_at, EVERYTHING)
    found = np.where(inside, last, before)
    near = windows.follow_at - np.maximum(found, 0) <= windows.hold
    return np.where(windows.linear & windows.has_follow & near, windows.follow_at, found)


def _neighbour(
    rows: Rows, at: NDArray[np.intp], series: Int32
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return positions within the rows, and whether each equals `at` and is in the same series."""
    inside = np.clip(at, 0, max(len(rows) - 1, 0))
    return inside, (at == inside) & (rows.series[inside] == series)
