"""Telemetry of one topic partition that can still change its values. Pure: no I/O, no clock.

Messages enter with `add`, values leave with `publish`, raw samples with `unsaved`. Published values
depend only on the set of samples (DESIGN rules 2, 3 and 7), so replays, duplicates, disorder and
batch sizes cannot change them.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.calendar.instants import SECOND_US
from gridfeed.domain.telemetry.computed import Ranges, RawBlock, Values
from gridfeed.domain.telemetry.merge import Int32, Rows, union
from gridfeed.domain.telemetry.reach import (
    Slots,
    bridged,
    completed,
    held_before,
    in_doubt,
    reached,
)
from gridfeed.domain.telemetry.rollup import roll_up
from gridfeed.domain.telemetry.samples import Int64
from gridfeed.domain.telemetry.series import EVERYTHING, NEVER, Series
from gridfeed.domain.telemetry.windows import newest, windows_of

#: Rows up to this long before the current interval stay in memory, for samples out of order.
SLACK_US = 60_000_000
#: The clock of the former owner, on another machine, was at most this far ahead.
SKEW_US = 60_000_000


class WorkingSet:
    """The samples of one partition; kept until their intervals are stored and over."""

    def __init__(self, source_id: int) -> None:
        """Start empty; `source_id` marks every sample of this partition."""
        self.source_id = source_id
        self.series = Series()
        self._rows = Rows.none()
        self._loaded: list[Rows] = []
        self._arrived: list[Rows] = []
        self._unwritten = self._unsaved = Slots.none()
        #: The unwritten intervals that the last `publish` returned.
        self._returned = Slots.none()
        self._clock = EVERYTHING
        #: (series, since): intervals from that instant on are to be published again.
        self._doubted: list[tuple[int, int]] = []

    def __len__(self) -> int:
        """Return the number of rows in memory, merged or not."""
        return sum(map(len, (self._rows, *self._loaded, *self._arrived)))

    @property
    def waiting(self) -> int:
        """Return the number of rows that no `publish` has included yet."""
        return sum(map(len, self._arrived))

    def to_load(self, series: Int32, observed_at: Int64) -> Ranges:
        """Return the stored blocks that must be loaded before these rows may be added."""
        table = self.series
        back = np.where(table.linear[series], table.hold[series], 0)
        # Rows in memory begin at the start of an interval.
        late = np.flatnonzero(observed_at - back < table.resident_from[series])
        return self._ranges(
            Slots.unique(series[late], table.interval(series[late], observed_at[late]))
        )

    def meters_at_stake(self, values: Values) -> Int64:
        """Return the meters of the values and of all unsaved samples."""
        return np.union1d(values.meter_id, self.series.meter_id[self._unsaved.series])

    def around(self, values: Values, meter_id: Int64) -> Ranges:
        """Return the stored blocks of these meters that `again` needs."""
        return self._ranges(self._of_meters(values.slots.and_(self._unsaved), meter_id))

    def again(self, values: Values, meter_id: Int64) -> Values:
        """Compute the values again, with the loaded samples of these meters.

        Samples of other partitions change how far this partition's samples reach, so the result
        also includes the intervals that its unsaved samples reach now.
        """
        self._take_in(self._loaded)
        rows, table = self._rows, self.series
        changed = self._in(self._of_meters(self._unsaved, meter_id)) & self._own()
        # Another partition's clock may be far ahead.
        held = reached(table, rows, changed, (self._clock, NEVER))
        passed = held_before(table, rows, rows.last(self._own()) + 1, self._since())
        return self._values(values.slots.and_(held, passed))

    def _of_meters(self, slots: Slots, meter_id: Int64) -> Slots:
        return slots.take(np.isin(self.series.meter_id[slots.series], meter_id))

    def _ranges(self, slots: Slots) -> Ranges:
        """Return the blocks that decide all intervals that a sample inside a slot reaches."""
        table, series = self.series, slots.series
        start, hold = table.start(series, slots.ordinal), table.hold[series]
        # With linear integration, a sample also affects the time back to its predecessor.
        sloped = np.where(table.linear[series], hold, 0)
        earliest = table.start(series, table.interval(series, start - sloped))
        latest = table.interval(series, start + table.length[series] + hold - 1)
        end = table.start(series, latest + 1)
        return Ranges(
            series,
            table.start(series, table.interval(series, earliest - hold)),
            table.start(series, table.interval(series, end + sloped - 1)),
        )

    def load(self, rows: Rows) -> None:
        """Take stored rows into memory; their values are already published."""
        self._loaded.append(rows)

    def add(self, rows: Rows) -> None:
        """Take arrived rows, in any order, possibly repeated."""
        self._arrived.append(rows)

    def doubt(self, meter_id: int, channel: int, since: int) -> None:
        """Make the next `publish` return a series' intervals from this instant on again."""
        number = self.series.numbers(np.array([meter_id]), np.array([channel], np.uint8))
        if number[0] >= 0:
            self._doubted.append((int(number[0]), since))

    @property
    def is_whole(self) -> bool:
        """Tell whether the last `publish` returned all unwritten intervals."""
        return len(self._returned) == len(self._unwritten)

    def publish(self, clock: int, most: int | None = None) -> Values:
        """Return every interval whose value may have changed, or that ended by `clock`.

        Repeats the intervals of the last call unless `written` was called since. most: return at
        most this many, the newest; the others stay for the next call.
        """
        self._take_in(self._loaded)
        changed = self._take_in(self._arrived)
        self._unsaved = self._unsaved.and_(self._slots(np.flatnonzero(changed)))
        since = self._since()
        # If the clock falls back, it completes no interval, and none twice.
        self._clock = max(self._clock, clock)
        due = completed(self.series, self._rows, since, self._clock)
        passed = bridged(self.series, self._rows, changed, since, self._whole_from())
        overtaken = held_before(self.series, self._rows, self._overtaking(), since)
        doubted = in_doubt(self.series, self._rows, self._doubted)
        self._doubted.clear()
        clocks = self._clock, self._clock + SKEW_US
        slots = reached(self.series, self._rows, changed, clocks)
        self._unwritten = self._unwritten.and_(slots, due, passed, overtaken, doubted)
        self._returned = self._newest(self._unwritten, most)
        return self._values(self._returned)

    def written(self) -> None:
        """Note that the values of the last `publish` are durable."""
        whole = self.is_whole
        self._unwritten = Slots.none() if whole else self._unwritten.without(self._returned)
        self._returned = Slots.none()

    def past_unsaved(self, most: int) -> Slots:
        """Return at most `most` unsaved intervals that ended a while ago."""
        ended = self._starts(self._unsaved) + self.series.length[self._unsaved.series]
        past = np.flatnonzero(ended <= self._clock - SLACK_US)
        chosen = np.zeros(len(self._unsaved), bool)
        chosen[past[:most]] = True
        return self._unsaved.take(chosen)

    def _newest(self, slots: Slots, most: int | None) -> Slots:
        if most is None or len(slots) <= most:
            return slots
        newest = np.zeros(len(slots), bool)
        newest[np.argpartition(self._starts(slots), -most)[-most:]] = True
        return slots.take(newest)

    def _take_in(self, parts: list[Rows]) -> NDArray[np.bool_]:
        """Merge the parts into the rows; return which rows are new."""
        if not any(map(len, parts)):
            parts.clear()
            return np.zeros(len(self._rows), bool)
        together = Rows.concatenate(parts)
        parts.clear()
        self._rows, changed = union(self._rows, together)
        return changed

    def _own(self) -> NDArray[np.bool_]:
        own: NDArray[np.bool_] = self._rows.samples.source == self.source_id
        return own

    def _whole_from(self) -> Int64:
        """Return since when each series has all its rows in memory before its values count.

        A series with rows of other partitions always has: `again` comes first.
        """
        others = self._rows.series[~self._own()]
        if not len(others):
            return self.series.resident_from
        whole_from = self.series.resident_from.copy()
        whole_from[others] = EVERYTHING
        return whole_from

    def _overtaking(self) -> NDArray[np.intp]:
        """Return other partitions' loaded rows that end the reach of a row of this partition."""
        own = self._own()
        return np.flatnonzero(own[:-1] & ~own[1:]) + 1

    def _since(self) -> Int64:
        """Return for every series the first ordinal that had not ended by the clock."""
        every = np.arange(len(self.series), dtype=np.int32)
        return self.series.interval(every, np.full(len(every), self._clock))

    def unsaved(self, meter_id: Int64 | None = None) -> Iterator[RawBlock]:
        """Yield the raw samples of intervals changed since they were saved, of these meters."""
        slots = self._unsaved
        return self.blocks(slots if meter_id is None else self._of_meters(slots, meter_id))

    def blocks(self, slots: Slots) -> Iterator[RawBlock]:
        """Yield the raw samples of the intervals, as far as they came from this partition."""
        series, start, rows = slots.series, self._starts(slots), self._rows
        first, stop = rows.between(series, start, start + self.series.length[series])
        columns = self.series.meter_id[series], self.series.channel[series], start, first, stop
        own = self._own()
        alone = bool(own.all())
        for meter, code, at, begin, end in zip(*(each.tolist() for each in columns), strict=True):
            samples = rows.samples.take(slice(begin, end))
            if not alone:
                samples = samples.take(own[begin:end])
            if len(samples):
                yield RawBlock(meter, code, at, samples)

    def saved_early(self, slots: Slots) -> None:
        """Note that blocks are stored; `saved` follows when the offset is stored, too."""
        self._unsaved = self._unsaved.without(slots)

    def saved(self) -> None:
        """Forget rows that are stored and over; call this when blocks and offset are durable.

        Keeps rows that were added after the blocks were made, and rows that their intervals need.
        """
        self._unsaved = Slots.none()
        rows = self._rows
        if not len(rows):
            return
        last = rows.last()
        needed = np.full(len(self.series), NEVER)
        needed[rows.series[last]] = rows.samples.observed_at[last]
        for part in self._arrived:
            np.minimum.at(needed, part.series, part.samples.observed_at)
        series = rows.series[last]
        self.resume_from(series, needed[series])
        needed[series] = self.keep_from(series, needed[series])
        since = np.minimum(self.series.resident_from, needed)
        kept = rows.samples.observed_at >= since[rows.series]
        carries = np.append(kept[1:] & ~kept[:-1], False)
        self._rows = rows.take(kept | carries)

    def resume_from(self, series: Int32, last_observed: Int64) -> None:
        """Note that all rows from shortly before the last row of each series are in memory."""
        start = self.keep_from(series, last_observed)
        self.series.resident_from[series] = np.maximum(self.series.resident_from[series], start)

    def keep_from(self, series: Int32, last_observed: Int64) -> Int64:
        """Return the interval start from which rows of a series stay in memory."""
        table = self.series
        start = table.start(series, table.interval(series, last_observed))
        back = np.maximum(table.length[series], SLACK_US)
        back = back + np.where(table.linear[series], table.hold[series], 0)
        return table.start(series, table.interval(series, start - back))

    def _slots(self, at: NDArray[np.intp]) -> Slots:
        """Return the intervals of the rows at these positions."""
        series = self._rows.series[at]
        return Slots.unique(
            series, self.series.interval(series, self._rows.samples.observed_at[at])
        )

    def _values(self, slots: Slots) -> Values:
        table, series = self.series, slots.series
        start = self._starts(slots)
        windows = windows_of(table, self._rows, series, start)
        return Values(
            meter_id=table.meter_id[series],
            channel=table.channel[series],
            start=start,
            seconds=table.length[series] // SECOND_US,
            rollup=roll_up(windows, self._rows.samples),
            slots=slots,
            observed_at=newest(windows, self._rows),
        )

    def _starts(self, slots: Slots) -> Int64:
        return self.series.start(slots.series, slots.ordinal)

    def _in(self, slots: Slots) -> NDArray[np.bool_]:
        """Return which rows lie in any of the intervals."""
        start = self._starts(slots)
        end = start + self.series.length[slots.series]
        first, stop = self._rows.between(slots.series, start, end)
        edges = np.zeros(len(self._rows) + 1, np.int32)
        np.add.at(edges, first, 1)
        np.add.at(edges, stop, -1)
        return np.cumsum(edges[:-1]) > 0
