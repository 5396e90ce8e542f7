"""Divides many intervals into pieces of power at their samples, as columns.

Every interval is cut at its samples. Its first piece belongs to the carry-in and starts at the
interval's left edge. So each interval has at least one piece, and its pieces cover all its time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.telemetry.exact import area, divide
from gridfeed.domain.telemetry.samples import BAD, SUBSTITUTED, Int64, Samples

Flags = NDArray[np.bool_]
Qualities = NDArray[np.uint8]
Number = TypeVar("Number", np.int64, np.uint8)


@dataclass(frozen=True, slots=True)
class Windows:
    """The intervals to compute, one row each, as columns of one length.

    start, end, hold: microseconds; [start, end) is at most a day of 25 hours, hold at most a day.
    linear: power between samples is interpolated. first, stop: the samples at positions [first,
    stop) lie inside, sorted by observed_at, no instant twice. carry_*: the last sample before
    start. follow_*: the first sample at or after end (used if linear). Both may have any quality;
    has_carry and has_follow say whether they exist.
    """

    start: Int64
    end: Int64
    hold: Int64
    linear: Flags
    first: Int64
    stop: Int64
    carry_at: Int64
    carry_power: Int64
    carry_quality: Qualities
    has_carry: Flags
    follow_at: Int64
    follow_power: Int64
    follow_quality: Qualities
    has_follow: Flags

    def __len__(self) -> int:
        """Return the number of intervals."""
        return len(self.start)

    def in_parts(self, size: int) -> "Iterator[Windows]":
        """Yield the windows in parts, each with about `size` samples."""
        part = np.cumsum(self.stop - self.first + 1) // size
        edges = [0, *(np.flatnonzero(np.diff(part)) + 1), len(self)]
        columns = [getattr(self, column.name) for column in fields(self)]
        for start, stop in pairwise(edges):
            yield Windows(*(column[start:stop] for column in columns))


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of all intervals in order; each interval's [begin, ahead) join without gaps.

    at, power, quality: the sample at which the piece starts, or the carry-in. owner: the row of the
    piece's interval. heads: the first piece of each interval. Power covers [begin, until) of a
    piece.
    """

    heads: Int64
    owner: Int64
    at: Int64
    power: Int64
    quality: Qualities
    begin: Int64
    ahead: Int64
    until: Int64

    @classmethod
    def of(cls, windows: Windows, samples: Samples) -> Self:
        """Cut the intervals at their samples, and let every sample hold."""
        inside = windows.stop - windows.first
        before = np.cumsum(inside) - inside
        row = np.arange(inside.sum()) + np.repeat(windows.first - before, inside)
        at = np.insert(samples.observed_at[row], before, windows.carry_at)
        power = np.insert(samples.power[row], before, windows.carry_power)
        carry_quality = np.where(windows.has_carry, windows.carry_quality, np.uint8(BAD))
        quality = np.insert(samples.quality[row], before, carry_quality)

        heads = before + np.arange(len(windows))
        owner = np.repeat(np.arange(len(windows)), inside + 1)
        begin = at.copy()
        begin[heads] = windows.start
        ahead = _next(begin, heads, windows.end)
        held = np.clip(at + windows.hold[owner], begin, ahead)
        until = np.where(quality == BAD, begin, held)
        return cls(heads, owner, at, power, quality, begin, ahead, until)

    def longest_gap(self) -> Int64:
        """Return each interval's longest time without power, microseconds."""
        longest = np.zeros(len(self.heads), np.int64)
        bare = self.until < self.ahead
        rows = np.flatnonzero(bare)
        if not len(rows):
            return longest
        # A gap continues if the piece before is uncovered at its end and this piece covers nothing.
        is_head = np.zeros(len(bare), np.bool_)
        is_head[self.heads] = True
        starts_gap = (self.until > self.begin)[rows] | is_head[rows] | ~bare[rows - 1]
        starts = np.flatnonzero(starts_gap)
        gaps = np.add.reduceat((self.ahead - self.until)[rows], starts)
        np.maximum.at(longest, self.owner[rows[starts]], gaps)
        return longest


@dataclass(frozen=True, slots=True)
class Shape:
    """The power of every piece: the sum of its two ends, and the greater end, 10^-9 kW.

    measured: neither end is a substituted sample.
    """

    both_ends: Int64
    top: Int64
    measured: Flags

    @classmethod
    def of(cls, pieces: Pieces, windows: Windows) -> Self:
        """Treat every piece as a step, or as a slope where the interval is linear and has one."""
        steps = cls(pieces.power + pieces.power, pieces.power, pieces.quality != SUBSTITUTED)
        if not windows.linear.any():
            return steps
        slopes = _Slopes.of(pieces, windows)
        left, right = slopes.ends(pieces)
        return cls(
            np.where(slopes.there, left + right, steps.both_ends),
            np.where(slopes.there, np.maximum(left, right), steps.top),
            steps.measured & ~(slopes.there & (slopes.next_quality == SUBSTITUTED)),
        )


@dataclass(frozen=True, slots=True)
class _Slopes:
    """The slopes of pieces whose sample and next one are not BAD and at most a hold apart."""

    there: Flags
    next_at: Int64
    next_power: Int64
    next_quality: Qualities

    @classmethod
    def of(cls, pieces: Pieces, windows: Windows) -> Self:
        follow_quality = np.where(windows.has_follow, windows.follow_quality, np.uint8(BAD))
        next_at = _next(pieces.at, pieces.heads, windows.follow_at)
        next_quality = _next(pieces.quality, pieces.heads, follow_quality)
        there = windows.linear[pieces.owner] & (pieces.quality != BAD) & (next_quality != BAD)
        there &= next_at - pieces.at <= windows.hold[pieces.owner]
        next_power = _next(pieces.power, pieces.heads, windows.follow_power)
        return cls(there, next_at, next_power, next_quality)

    def ends(self, pieces: Pieces) -> tuple[Int64, Int64]:
        """Return the power at both ends; at an interval's edge it is rounded to 10^-9 kW."""
        left, right = pieces.power.copy(), self.next_power.copy()
        cut = np.flatnonzero(self.there & (pieces.at < pieces.begin))
        left[cut] = self._power_at(pieces.begin[cut], cut, pieces)
        cut = np.flatnonzero(self.there & (pieces.ahead < self.next_at))
        right[cut] = self._power_at(pieces.ahead[cut], cut, pieces)
        return left, right

    def _power_at(self, instant: Int64, rows: Int64, pieces: Pieces) -> Int64:
        passed, to_go = instant - pieces.at[rows], self.next_at[rows] - instant
        weighted = area(pieces.power[rows], to_go).plus(area(self.next_power[rows], passed))
        return divide(weighted, passed + to_go)


def _next(column: NDArray[Number], heads: Int64, last: NDArray[Number]) -> NDArray[Number]:
    """Return the value of the next piece of the same interval; `last` for its last piece."""
    following = np.append(column[1:], last[-1:])
    following[heads[1:] - 1] = last[:-1]
    return following
