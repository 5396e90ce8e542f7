"""A partition's steps around a working set, as a worker takes them, without I/O.

Several partitions may share a store: then each writes its blocks before it computes, and they take
turns, as the database makes them do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from gridfeed.domain.telemetry.computed import Ranges, RawBlock, Values
from gridfeed.domain.telemetry.merge import Rows
from gridfeed.domain.telemetry.reach import Slots
from gridfeed.domain.telemetry.rollup import ROLLUP_QUALITIES
from gridfeed.domain.telemetry.samples import Samples
from gridfeed.domain.telemetry.series import SeriesRule
from gridfeed.domain.telemetry.working_set import WorkingSet
from tests import reference
from tests.domain.telemetry.series import columns_of

Key = tuple[int, int]  # meter, channel


class Message(NamedTuple):
    """A record of the log; its offset is its place there."""

    series: Key
    sample: reference.Sample


@dataclass
class Store:
    """What a database keeps: blocks and offsets at checkpoints, values whenever published.

    loads_all: a worker begins with every block, not just the newest.
    """

    loads_all: bool = False
    blocks: dict[tuple[Key, int, int], Samples] = field(default_factory=dict)
    next_offset: dict[int, int] = field(default_factory=dict)
    published_offset: dict[int, int] = field(default_factory=dict)
    values: dict[Key, dict[int, reference.Value]] = field(default_factory=dict)
    sources: dict[int, set[int]] = field(default_factory=dict)

    def blocks_between(self, series: Key, first: int, last: int) -> list[Samples]:
        """Return the blocks of intervals that start in [first, last], of every source."""
        return [
            block
            for (key, start, _), block in self.blocks.items()
            if key == series and first <= start <= last
        ]


class Worker:
    """Owner of one partition from a start to a crash."""

    def __init__(self, store: Store, rules: Sequence[SeriesRule], source: int) -> None:
        self.store, self.rules, self.source = store, rules, source
        self.set = WorkingSet(source)
        self.position = store.next_offset.get(source, 0)
        stored = {key for key, *_ in store.blocks}
        for series in sorted(stored):
            if source in store.sources[series[0]]:
                self.register(series)

    def register(self, series: Key) -> None:
        meter, channel = series
        self.store.sources.setdefault(meter, set()).add(self.source)
        rule = self.rules[meter]
        number = self.set.series.register(meter, channel, rule)
        stored = sorted(start for key, start, _ in self.store.blocks if key == series)
        if not stored:
            return
        back = 4 * (rule.hold + rule.length) + 120_000_000
        first = stored[0] if self.store.loads_all else stored[-1] - back
        rows = rows_of(number, self.store.blocks_between(series, first, stored[-1]))
        self.set.load(rows)
        self.set.resume_from(rows.series[-1:], np.array([rows.samples.observed_at.max()]))

    def take(self, log: Sequence[Message], until: int) -> list[Message]:
        """Handle the messages up to an offset, each as a batch of its own."""
        batch = log[self.position : until]
        self.position = max(self.position, until)
        for series, sample in batch:
            if self.number(series)[0] < 0:
                self.register(series)
            number = self.number(series)
            self.load(self.set.to_load(number, np.array([sample.observed_at_us])))
            self.set.add(Rows(number, columns_of([sample])))
        return list(batch)

    def number(self, series: Key) -> np.ndarray:
        return self.set.series.numbers(np.array(series[:1]), np.array(series[1:], np.uint8))

    def load(self, ranges: Ranges) -> None:
        for number, first, last in zip(ranges.series, ranges.first, ranges.last, strict=True):
            series = int(self.set.series.meter_id[number]), int(self.set.series.channel[number])
            self.set.load(rows_of(int(number), self.store.blocks_between(series, first, last)))

    def publish(
        self, clock: int, *, checkpoint: bool, most: int | None = None
    ) -> dict[Key, dict[int, reference.Value]]:
        """Write values, and at a checkpoint blocks; return the values that were written.

        most: of one portion. A portion that is the last brings so many blocks of the past, too.
        """
        if self.position < self.store.published_offset.get(self.source, 0):
            return {}
        computed = self.set.publish(clock, most)
        is_whole = self.set.is_whole
        values = self.with_other_partitions(computed)
        written: dict[Key, dict[int, reference.Value]] = {}
        for series, start, value in plain(values):
            written.setdefault(series, {})[start] = value
            self.store.values.setdefault(series, {})[start] = value
        self.store.published_offset[self.source] = self.position
        early = self.set.past_unsaved(most) if most and is_whole else Slots.none()
        self.keep(self.set.blocks(early))
        self.set.written()
        self.set.saved_early(early)
        if checkpoint and is_whole:
            self.store_blocks()
            self.store.next_offset[self.source] = self.position
            self.set.saved()
        return written

    def with_other_partitions(self, values: Values) -> Values:
        at_stake = self.set.meters_at_stake(values)
        sources = self.store.sources
        shared = [meter for meter in at_stake.tolist() if sources[meter] != {self.source}]
        if not shared:
            return values
        self.store_blocks(shared)
        meters = np.array(shared, np.int64)
        self.load(self.set.around(values, meters))
        return self.set.again(values, meters)

    def store_blocks(self, meters: Sequence[int] | None = None) -> None:
        only = None if meters is None else np.array(meters, np.int64)
        self.keep(self.set.unsaved(only))

    def keep(self, blocks: Iterable[RawBlock]) -> None:
        for block in blocks:
            key = (block.meter_id, block.channel), block.start, self.source
            self.store.blocks[key] = block.samples


def rows_of(number: int, parts: Sequence[Samples]) -> Rows:
    samples = Samples.concatenate(parts)
    return Rows(np.full(len(samples), number, np.int32), samples)


def plain(values: Values) -> list[tuple[Key, int, reference.Value]]:
    """Return values as the reference states them, with their series and interval start."""
    rollup = values.rollup
    columns = (
        values.meter_id, values.channel, values.start, rollup.has_value, rollup.energy, rollup.mean,
        rollup.peak, rollup.quality, rollup.coverage_us, rollup.longest_gap_us, rollup.samples,
    )  # fmt: skip
    return [
        (
            (meter, channel),
            start,
            reference.Value(
                *(amounts if there else (None, None, None)), ROLLUP_QUALITIES[quality], *about
            ),
        )
        for meter, channel, start, there, *amounts, quality, covered, gap, count in zip(
            *(column.tolist() for column in columns), strict=True
        )
        for about in [(covered, gap, count)]
    ]
