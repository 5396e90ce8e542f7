"""Values of many series on the same spans of time: exact sums of stored intervals; pure.

Energies are integers of 10^-(6 + scale) kWh, generation positive; times are int64 microseconds
since the epoch, UTC. A sum is known only if all its expected intervals have values: a missing value
stays missing and never counts as zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.calendar.spans import Spans
from gridfeed.domain.telemetry.samples import Int64
from gridfeed.domain.words import ReadingQuality

#: Exact integers: int64, or Python's integers if int64 could overflow.
Exact = NDArray[Any]
Bool = NDArray[np.bool_]
UInt8 = NDArray[np.uint8]

QUALITIES = tuple(ReadingQuality)
NO_QUALITY = 255
ESTIMATED = QUALITIES.index(ReadingQuality.ESTIMATED)
#: Marks a row without a value in columns of int64.
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Intervals:
    """Intervals of one series as columns, by start, without overlap.

    energy (p10, p90): 0 if not present (has_p10, has_p90). quality: position in QUALITIES, or
    NO_QUALITY. coverage_us, issued_at_us, settlement_version: UNKNOWN if there is none.
    """

    start_us: Int64
    length_us: Int64
    energy: Exact
    present: Bool
    quality: UInt8
    coverage_us: Int64
    issued_at_us: Int64
    settlement_version: Int64
    p10: Exact
    has_p10: Bool
    p90: Exact
    has_p90: Bool
    scale: int = 0

    def __len__(self) -> int:
        """Return the number of intervals."""
        return len(self.start_us)

    @classmethod
    def of(cls, start_us: Int64, length_us: Int64, energy: Exact, **others: Any) -> Self:
        """Make intervals with only these known columns; without `present`, all are present."""
        size = len(start_us)
        unknown, no = np.full(size, UNKNOWN, np.int64), np.zeros(size, bool)
        columns: dict[str, Any] = {
            "present": np.ones(size, bool),
            "quality": np.full(size, NO_QUALITY, np.uint8),
            **dict.fromkeys(("coverage_us", "issued_at_us", "settlement_version"), unknown),
            **dict.fromkeys(("p10", "p90"), np.zeros(size, np.int64)),
            **dict.fromkeys(("has_p10", "has_p90"), no),
        }
        return cls(start_us, length_us, energy, **(columns | others))

    @classmethod
    def none(cls) -> Self:
        """Return no intervals."""
        empty = np.empty(0, np.int64)
        return cls.of(empty, empty, empty)

    @property
    def end_us(self) -> Int64:
        """Return the end of each interval."""
        end: Int64 = self.start_us + self.length_us
        return end

    def take(self, rows: Bool | NDArray[np.intp]) -> Self:
        """Return these rows."""
        return replace(self, **{name: getattr(self, name)[rows] for name in _COLUMNS})

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """Return the rows of all parts, by start, in the finest scale of any part."""
        parts = [part for part in parts if len(part)]
        if len(parts) < 2:
            return parts[0] if parts else cls.none()
        scale = max(part.scale for part in parts)
        alike = [part.rescaled(scale) for part in parts]
        columns = {name: np.concatenate([getattr(p, name) for p in alike]) for name in _COLUMNS}
        return cls(**columns, scale=scale).take(np.argsort(columns["start_us"], kind="stable"))

    def rescaled(self, scale: int) -> Self:
        """Return the same energies in 10^-(6 + scale) kWh; scale: at least the present one."""
        if scale == self.scale:
            return self
        finer = {
            name: times(getattr(self, name), 10 ** (scale - self.scale))
            for name in ("energy", "p10", "p90")
        }
        return replace(self, **finer, scale=scale)


_COLUMNS = tuple(field.name for field in fields(Intervals) if field.name != "scale")


@dataclass(frozen=True, slots=True)
class Expected:
    """Where a series is expected to have values: spans [start, end), and its interval length."""

    spans: tuple[tuple[int, int], ...]
    unit_us: int

    def within(self, spans: Spans) -> Int64:
        """Return the expected time in each span."""
        time = np.zeros(len(spans), np.int64)
        for start, end in self.spans:
            first, last = np.maximum(spans.start_us, start), np.minimum(spans.end_us, end)
            time += np.maximum(last - first, 0)
        return time


@dataclass(frozen=True, slots=True)
class Aligned:
    """One value for each span, as columns.

    parts, expected: numbers of intervals with a value and of intervals expected, in the series' own
    length; estimated: the estimated ones of parts. present: intervals are expected, and all have
    values. energy: 0 if not present. coverage_us: UNKNOWN unless it is known of every part.
    issued_at_us, settlement_version: the newest and the highest of the parts. Quantiles do not add
    up: p10 and p90 are known only if one interval of one series fills the span.
    """

    energy: Exact
    present: Bool
    parts: Int64
    expected: Int64
    estimated: Int64
    coverage_us: Int64
    issued_at_us: Int64
    settlement_version: Int64
    p10: Exact
    has_p10: Bool
    p90: Exact
    has_p90: Bool
    scale: int = 0

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """Return the spans of all parts, one part after the other, in the finest scale of any."""
        scale = max(part.scale for part in parts)
        columns: dict[str, Any] = {}
        for name in (each.name for each in fields(cls) if each.name != "scale"):
            is_energy = name in {"energy", "p10", "p90"}
            columns[name] = np.concatenate(
                [
                    times(getattr(part, name), 10 ** (scale - part.scale) if is_energy else 1)
                    for part in parts
                ]
            )
        return cls(**columns, scale=scale)

    def __len__(self) -> int:
        """Return the number of spans."""
        return len(self.energy)


def times(amounts: Exact, factor: int) -> Exact:
    """Return amounts x factor, exactly."""
    return amounts if factor == 1 else widened(amounts, factor) * factor


def widened(amounts: Exact, factor: int) -> Exact:
    """Return the amounts in a type that holds each of them times `factor` exactly."""
    if amounts.dtype == object:
        return amounts
    if abs(factor) >= 2**63:  # not even zero can be multiplied by it in int64
        return amounts.astype(object)
    if not len(amounts):
        return amounts
    largest = max(int(amounts.max()), -int(amounts.min()))
    return amounts if largest * abs(factor) < 2**63 else amounts.astype(object)


def divided(amounts: Exact, divisor: int) -> Exact:
    """Return the quotients, rounded once, half to even."""
    quotient = amounts // divisor
    rest = amounts - quotient * divisor
    up = (2 * rest > divisor) | ((2 * rest == divisor) & (quotient % 2 == 1))
    result: Exact = quotient + up
    return result
