"""Rows of many series as one sorted table, and the union of two such tables."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.telemetry.samples import Int64, Samples

Int32 = NDArray[np.int32]

#: The bits of a key: 64 without the sign.
KEY_BITS = 63


@dataclass(frozen=True, slots=True)
class Rows:
    """Samples of many series, sorted by (series, observed_at), without a repeated instant."""

    series: Int32
    samples: Samples

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.series)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> "Rows":
        """Return the chosen rows, in order."""
        return Rows(self.series[rows], self.samples.take(rows))

    def last(self, among: NDArray[np.bool_] | None = None) -> NDArray[np.intp]:
        """Return the position of each series' last row; among: consider only these rows."""
        rows = None if among is None else np.flatnonzero(among)
        series = self.series if rows is None else self.series[rows]
        final = np.ones(len(series), bool)
        final[:-1] = series[1:] != series[:-1]
        return np.flatnonzero(final) if rows is None else rows[final]

    def between(
        self, series: Int32, start: Int64, end: Int64
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the positions [first, stop) of each series' rows in [start, end)."""
        mine, at = self.series, self.samples.observed_at
        highest = max(int(mine.max(initial=0)), int(series.max(initial=0)))
        keys = Keys.spanning(highest + 1, at, start, end)
        sorted_keys = keys.of(mine, at)
        first = np.searchsorted(sorted_keys, keys.of(series, start))
        return first, np.searchsorted(sorted_keys, keys.of(series, end))

    @classmethod
    def concatenate(cls, parts: "Sequence[Rows]") -> "Rows":
        """Return all rows of all parts, in order; not sorted."""
        samples = Samples.concatenate([part.samples for part in parts])
        return cls(np.concatenate([part.series for part in parts]), samples)

    @classmethod
    def none(cls) -> "Rows":
        """Return no rows."""
        return cls(np.empty(0, np.int32), Samples.none())


@dataclass(frozen=True, slots=True)
class Keys:
    """One sortable integer for (series, instant), valid for the instants it was made from.

    Instants count from `base`, which leaves 8 years for 20,000 series. If they span more, their
    rank in `ranked` is used, which is slower.
    """

    base: int
    bits: int
    ranked: Int64 | None = None

    @classmethod
    def spanning(cls, series: int, *instants: Int64) -> "Keys":
        """Return keys for all the instants; series: a number greater than all series numbers."""
        present = [column for column in instants if len(column)]
        if not present:
            return cls(0, 1)
        least = min(int(column.min()) for column in present)
        bits = (max(int(column.max()) for column in present) - least).bit_length()
        if bits + series.bit_length() > KEY_BITS:
            ranked = np.unique(np.concatenate(present))
            return cls(least, len(ranked).bit_length(), ranked)
        return cls(least, max(1, bits))

    def of(self, series: Int32, instants: Int64) -> Int64:
        """Return the key of each pair."""
        low = (
            instants - self.base if self.ranked is None else np.searchsorted(self.ranked, instants)
        )
        return (series.astype(np.int64) << self.bits) + low


def union(old: Rows, arrived: Rows) -> tuple[Rows, NDArray[np.bool_]]:
    """Return all rows once, sorted, and which of them `arrived` added or replaced.

    Of two rows with the same series and instant, the one with the higher (source, offset) wins. So
    the union does not depend on order, grouping or repetition (DESIGN rule 2). `old` is sorted and
    unique; `arrived` is in any order.
    """
    highest = max(int(part.series.max(initial=0)) for part in (old, arrived))
    keys = Keys.spanning(highest + 1, old.samples.observed_at, arrived.samples.observed_at)
    arrived, arrived_keys = _sorted_unique(arrived, keys)
    old_keys = keys.of(old.series, old.samples.observed_at)
    position = np.searchsorted(old_keys, arrived_keys)
    known = np.zeros(len(arrived), bool)
    inside = position < len(old)
    known[inside] = old_keys[position[inside]] == arrived_keys[inside]
    winners = np.flatnonzero(known)
    winners = winners[_wins(arrived.samples, winners, old.samples, position[winners])]
    beaten, inserted = position[winners], position[~known]
    merged = _insert(old, arrived.take(~known), inserted)
    beaten = beaten + np.searchsorted(inserted, beaten, side="right")
    if len(beaten):
        merged = _replace(merged, beaten, arrived.samples.take(winners), own=merged is not old)
    changed = np.zeros(len(merged), bool)
    changed[inserted + np.arange(len(inserted))] = True
    changed[beaten] = True
    return merged, changed


def _sorted_unique(rows: Rows, keys: Keys) -> tuple[Rows, Int64]:
    values = keys.of(rows.series, rows.samples.observed_at)
    order = np.argsort(values)
    ordered = values[order]
    repeated = ordered[1:] == ordered[:-1]
    if repeated.any():
        order = np.lexsort((rows.samples.offset, rows.samples.source, values))
        ordered = values[order]
        last_of_instant = np.append(ordered[1:] != ordered[:-1], True)
        order, ordered = order[last_of_instant], ordered[last_of_instant]
    return rows.take(order), ordered


def _wins(
    arrived: Samples, rows: NDArray[np.intp], old: Samples, others: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Return which arrived rows are later in Kafka than the old rows of the same instants."""
    source, other = arrived.source[rows], old.source[others]
    later = arrived.offset[rows] > old.offset[others]
    wins: NDArray[np.bool_] = (source > other) | ((source == other) & later)
    return wins


def _replace(rows: Rows, at: NDArray[np.intp], samples: Samples, *, own: bool) -> Rows:
    """Return the rows with other samples at some positions; own: no other object uses them."""
    columns = rows.samples.columns()
    if not own:
        columns = tuple(column.copy() for column in columns)
    for column, replacement in zip(columns, samples.columns(), strict=True):
        column[at] = replacement
    return Rows(rows.series, Samples(*columns))  # type: ignore[arg-type]


def _insert(old: Rows, fresh: Rows, position: NDArray[np.intp]) -> Rows:
    if not len(fresh):
        return old
    # numpy.insert would compute the places of the old rows again for each column.
    inserted = position + np.arange(len(position))
    remaining = np.ones(len(old) + len(fresh), bool)
    remaining[inserted] = False
    columns = []
    for column, addition in zip(
        (old.series, *old.samples.columns()), (fresh.series, *fresh.samples.columns()), strict=True
    ):
        merged = np.empty(len(remaining), column.dtype)
        merged[remaining], merged[inserted] = column, addition
        columns.append(merged)
    series, *samples = columns
    return Rows(series, Samples(*samples))
