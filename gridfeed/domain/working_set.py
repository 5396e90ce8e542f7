"""The telemetry of one topic partition that is still in motion. Pure: no I/O, no clock.

Messages go in with `add`, values come out of `publish`, raw samples out of `unsaved`. What was
published follows from the set of samples alone (DESIGN rules 2, 3 and 7), so replays, duplicates,
disorder and the size of batches cannot change it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.merge import Int32, Keys, Rows, union
from gridfeed.domain.reach import Slots, bridged, completed, reached
from gridfeed.domain.rollup import Rollup, Windows, roll_up
from gridfeed.domain.samples import Int64, Samples
from gridfeed.domain.series import EVERYTHING, Series

#: Rows this long before the interval in progress stay in memory, for messages out of order.
SLACK_US = 60_000_000


@dataclass(frozen=True, slots=True)
class Values:
    """Computed intervals as columns. start: microseconds; the rollup's units are its own."""

    meter_id: Int64
    channel: NDArray[np.uint8]
    start: Int64
    seconds: Int64
    rollup: Rollup
    slots: Slots


@dataclass(frozen=True, slots=True)
class Ranges:
    """Stored blocks to load: interval starts in [first, last] of each series, microseconds."""

    series: Int32
    first: Int64
    last: Int64

    def __len__(self) -> int:
        """Return how many ranges there are."""
        return len(self.series)


@dataclass(frozen=True, slots=True)
class RawBlock:
    """All samples of one interval that came from this partition."""

    meter_id: int
    channel: int
    start: int
    samples: Samples


class WorkingSet:
    """Samples of one partition, kept until their intervals are stored and behind."""

    def __init__(self, source_id: int) -> None:
        """Start empty; `source_id` names the partition in every sample it brings."""
        self.source_id = source_id
        self.series = Series()
        self._rows = Rows.none()
        self._arrived: list[Rows] = []
        self._unsaved = Slots(np.empty(0, np.int32), np.empty(0, np.int64))
        self._clock = EVERYTHING

    def __len__(self) -> int:
        """Return the number of rows in memory, merged or not."""
        return len(self._rows) + sum(map(len, self._arrived))

    @property
    def waiting(self) -> int:
        """Return the number of rows that no `publish` has seen yet."""
        return sum(map(len, self._arrived))

    def to_load(self, series: Int32, observed_at: Int64) -> Ranges:
        """Return the stored blocks that must be loaded before these rows may be added."""
        table = self.series
        back = np.where(table.linear[series], table.hold[series], 0)
        earliest = table.start(series, table.interval(series, observed_at - back))
        late = earliest < table.resident_from[series]
        return self._ranges(
            Slots.unique(series[late], table.interval(series[late], observed_at[late]))
        )

    def around(self, values: Values, meter_id: Int64) -> Ranges:
        """Return the stored blocks that the values of these meters may depend on."""
        chosen = np.isin(values.meter_id, meter_id)
        return self._ranges(Slots(values.slots.series[chosen], values.slots.ordinal[chosen]))

    def again(self, values: Values) -> Values:
        """Return the same intervals computed from what is in memory now."""
        return self._values(values.slots)

    def _ranges(self, slots: Slots) -> Ranges:
        table = self.series
        hold, length = table.hold[slots.series], table.length[slots.series]
        start = table.start(slots.series, slots.ordinal)
        first = table.interval(slots.series, start - 2 * hold)
        last = table.interval(slots.series, start + length + 2 * hold)
        return Ranges(
            slots.series, table.start(slots.series, first), table.start(slots.series, last)
        )

    def load(self, rows: Rows) -> None:
        """Take stored rows into memory; their values are published already."""
        self._rows, _ = union(self._rows, rows)

    def add(self, rows: Rows) -> None:
        """Take arrived rows, in any order, repeated or not."""
        self._arrived.append(rows)

    def publish(self, clock: int) -> Values:
        """Return every interval whose value may have changed, or that ended by `clock`."""
        arrived = [part for part in self._arrived if len(part)]
        self._arrived.clear()
        changed = np.zeros(len(self._rows), bool)
        if arrived:
            together = Rows(
                np.concatenate([part.series for part in arrived]),
                Samples.concatenate([part.samples for part in arrived]),
            )
            self._rows, changed = union(self._rows, together)
        touched = np.flatnonzero(changed)
        self._unsaved = self._unsaved.and_(self._slots(self._rows.take(touched)))
        since = self.series.interval(
            np.arange(len(self.series), dtype=np.int32), np.full(len(self.series), self._clock)
        )
        due = completed(self.series, self._rows, since, clock)
        passed = bridged(self.series, self._rows, changed, since)
        self._clock = max(self._clock, clock)
        return self._values(reached(self.series, self._rows, changed, clock).and_(due, passed))

    def unsaved(self) -> list[RawBlock]:
        """Return the raw samples of every interval that changed since `saved` was called."""
        mine = self._unsaved.of_rows(self.series, self._rows)
        mine &= self._rows.samples.source == self.source_id
        rows = self._rows.take(mine)
        if not len(rows):
            return []
        ordinal = self.series.interval(rows.series, rows.samples.observed_at)
        new = (rows.series[1:] != rows.series[:-1]) | (ordinal[1:] != ordinal[:-1])
        first = np.flatnonzero(np.append(True, new))
        stop = np.append(first[1:], len(rows))
        series = rows.series[first]
        return [
            RawBlock(meter_id, channel, start, rows.samples.take(slice(begin, end)))
            for meter_id, channel, start, begin, end in zip(
                self.series.meter_id[series].tolist(),
                self.series.channel[series].tolist(),
                self.series.start(series, ordinal[first]).tolist(),
                first.tolist(),
                stop.tolist(),
                strict=True,
            )
        ]

    def saved(self) -> None:
        """Forget what is stored and behind; call it when the blocks and the offset are durable."""
        self._unsaved = Slots(np.empty(0, np.int32), np.empty(0, np.int64))
        rows = self._rows
        if not len(rows):
            return
        final = np.append(rows.series[1:] != rows.series[:-1], True)
        last = np.flatnonzero(final)
        self.resume_from(rows.series[last], rows.samples.observed_at[last])
        kept = rows.samples.observed_at >= self.series.resident_from[rows.series]
        carries = np.append(kept[1:] & ~kept[:-1] & ~final[:-1], False)
        self._rows = rows.take(kept | carries)

    def resume_from(self, series: Int32, last_observed: Int64) -> None:
        """Say that everything from a little before the last row of each series is in memory."""
        start = self.keep_from(series, last_observed)
        self.series.resident_from[series] = np.maximum(self.series.resident_from[series], start)

    def keep_from(self, series: Int32, last_observed: Int64) -> Int64:
        """Return the interval start from which rows of a series stay in memory."""
        table = self.series
        start = table.start(series, table.interval(series, last_observed))
        back = np.maximum(table.length[series], SLACK_US)
        back = back + np.where(table.linear[series], table.hold[series], 0)
        return table.start(series, table.interval(series, start - back))

    def _slots(self, rows: Rows) -> Slots:
        return Slots.unique(
            rows.series, self.series.interval(rows.series, rows.samples.observed_at)
        )

    def _values(self, slots: Slots) -> Values:
        table, series = self.series, slots.series
        start = table.start(series, slots.ordinal)
        rollup = roll_up(self._windows(series, start), self._rows.samples)
        seconds = table.length[series] // 1_000_000
        return Values(table.meter_id[series], table.channel[series], start, seconds, rollup, slots)

    def _windows(self, series: Int32, start: Int64) -> Windows:
        rows, end = self._rows, start + self.series.length[series]
        keys = Keys.spanning(rows.samples.observed_at, start, end)
        positions = keys.of(rows.series, rows.samples.observed_at)
        first = np.searchsorted(positions, keys.of(series, start))
        stop = np.searchsorted(positions, keys.of(series, end))
        carry, has_carry = self._neighbour(first - 1, series)
        follow, has_follow = self._neighbour(stop, series)
        samples = rows.samples
        return Windows(
            start=start,
            end=end,
            hold=self.series.hold[series],
            linear=self.series.linear[series],
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

    def _neighbour(
        self, at: NDArray[np.intp], series: Int32
    ) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        inside = np.clip(at, 0, max(len(self._rows) - 1, 0))
        return inside, (at == inside) & (self._rows.series[inside] == series)
