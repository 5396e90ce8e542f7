"""A partition of `scada.telemetry`: samples go to the working set, intervals to the database."""

import time
from collections.abc import Sequence

import asyncpg
import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.calendar.instants import SECOND_US
from gridfeed.domain.telemetry.computed import Values
from gridfeed.domain.telemetry.merge import Int32, Rows
from gridfeed.domain.telemetry.reach import Slots
from gridfeed.domain.telemetry.samples import Int64
from gridfeed.domain.telemetry.series import EVERYTHING
from gridfeed.domain.telemetry.working_set import WorkingSet
from gridfeed.storage.blocks import (
    EncodedBlock,
    as_rows,
    encoded,
    load_ranges,
    load_tails,
    remember_meters,
    source_series,
    store_blocks,
)
from gridfeed.storage.connect import Connection
from gridfeed.storage.shared import lock_meters, shared_meters
from gridfeed.storage.source import advance_offset, hold_fence
from gridfeed.storage.values import finalise_due, publish_values
from stream.fetched import Records
from stream.lost_times import LostTimes, mark
from stream.observe import CHANGES, PUBLISH_SECONDS, ROWS_IN_MEMORY
from stream.partition import Partition
from stream.patience import patiently
from stream.reached import Reached
from stream.refused import values_of
from stream.telemetry_columns import columns_of

#: A checkpoint is taken early when a partition holds more new rows than this.
MOST_UNSAVED_ROWS = 250_000
#: Values are computed early when more new rows than this wait. More rows would occupy the event
#: loop for more than 50 ms.
MOST_WAITING_ROWS = 65_536
#: A partition that was behind by more messages than this takes a checkpoint when it has caught up,
#: so that a crash soon after does not repeat all the work.
LARGE_BACKLOG = 50_000
#: Values in one transaction: live data waits for one portion of many late samples, not for all.
MOST_VALUES = 10_000
#: Blocks of long past intervals that one transaction stores before their checkpoint.
MOST_BLOCKS = 2_000


class TelemetryPartition(Partition):
    """Keeps open intervals in memory; a restart begins from the blocks in the database."""

    working_set: WorkingSet
    _checkpointed_at = 0.0
    _unsaved_rows = 0
    _rules_version = 0

    async def load(self) -> None:
        """Load the newest blocks of every series, so that silent meters' intervals close."""
        assert self.source is not None
        self.working_set = WorkingSet(self.source.source_id)
        self._checkpointed_at = time.monotonic()
        await self.tools.meters.refresh()
        async with self.tools.pool.acquire() as connection:
            known = await source_series(connection, self.source.source_id)
        await self._register([pair for pair in known if pair[0] in self.tools.meters.by_id])
        self._lost = LostTimes(self.tools.pool, self.source.source_id)
        await self._lost.load(self.working_set)

    async def handle(self, records: Records) -> None:
        """Decode, validate and add samples; late samples also load their stored neighbours."""
        accepted, rejections = await self.tools.meters.telemetry(records, self.tenant)
        await self.reject(rejections)
        if not len(accepted.samples):
            return
        assert self.source is not None
        accepted.samples.source[:] = self.source.source_id
        series = await self._series(accepted.meter_id, accepted.channel)
        await self._load_around(series, accepted.samples.observed_at)
        await self._lost.end(accepted)
        self.working_set.add(Rows(series, accepted.samples))
        self.appended_at = max(self.appended_at or records.appended_at, records.appended_at)
        self._unsaved_rows += len(series)

    def is_urgent(self) -> bool:
        """Tell whether too many rows wait, or the partition has just caught up."""
        if self.source is None:
            return False
        return self.working_set.waiting > MOST_WAITING_ROWS or self._has_worked_off_a_backlog()

    async def publish(self, *, checkpoint: bool) -> None:
        """Publish changed intervals, finalise those that are due, and checkpoint when it is time.

        After a restart nothing is written until memory again holds all samples that were published
        before: a published value never goes back.
        """
        until = time.monotonic() + self.tools.settings.publish_seconds
        # Between parts, waiting messages are added, so the newest intervals come first again.
        while await self._publish_part(checkpoint=checkpoint):
            if not checkpoint and time.monotonic() >= until:
                return

    async def _publish_part(self, *, checkpoint: bool) -> bool:
        """Publish the newest changed intervals; tell whether more work is left.

        Samples of long past intervals are stored in portions, too, after all values are published:
        a stored sample changes nothing when it is read again, so its value must be published first.
        """
        async with self.lock:
            if self.source is None or self.position < self.source.published_offset:
                return False
            self.idle_tick()
            due = checkpoint or self._is_checkpoint_due()
            self._follow_catalogue()
            values = self.working_set.publish(self.clock, MOST_VALUES)
            reached = self._reached(due)
            self._unsaved_rows = 0 if reached.checkpoint else self._unsaved_rows
        slots = self.working_set
        blocks = await encoded(
            slots.unsaved() if reached.checkpoint else slots.blocks(reached.early)
        )
        with PUBLISH_SECONDS.labels(self.stream).time():
            await patiently(lambda: self._write(values, reached, blocks))
        async with self.lock:
            if self.source is reached.source:
                self._written(reached)
        return not reached.is_whole or (
            len(reached.early) == MOST_BLOCKS and not reached.checkpoint
        )

    def _reached(self, due: bool) -> Reached:
        assert self.source is not None
        is_whole = self.working_set.is_whole
        early = self.working_set.past_unsaved(MOST_BLOCKS) if is_whole else Slots.none()
        return Reached(
            self.source,
            self.position,
            self.now(),
            self._letters_offset,
            self.newest,
            due and is_whole and len(early) < MOST_BLOCKS,
            self.appended_at,
            is_whole,
            early if len(early) == MOST_BLOCKS else Slots.none(),
        )

    def _written(self, reached: Reached) -> None:
        """Note what is durable now."""
        reached.source.published_offset = reached.position
        self.working_set.written()
        self.working_set.saved_early(reached.early)
        if reached.checkpoint:
            reached.source.next_offset = reached.position
            reached.source.letters_offset = reached.letters_offset
            reached.source.newest = reached.newest
            self.working_set.saved()
            self._checkpointed_at = time.monotonic()
            if self._is_at_end():
                self.backlog = 0
            self.acknowledge()
        ROWS_IN_MEMORY.labels(*self.tp).set(len(self.working_set))

    async def _write(
        self, values: Values, reached: Reached, blocks: Sequence[EncodedBlock]
    ) -> None:
        source, position, letters = reached.source, reached.position, reached.letters_offset
        synced_at = reached.now if reached.is_whole else None
        with values_of(self.tp):
            async with self.tools.pool.acquire() as connection, connection.transaction():
                shared = await self._take_turns(connection, values)
                at = await hold_fence(connection, source, position, synced_at, meter_ids=shared)
                values = await self._with_other_partitions(connection, values, shared)
                columns = columns_of(values, reached.now, self.tools.settings.grace_seconds)
                await mark(connection, columns)
                changes = await publish_values(connection, columns, at, reached.appended_at)
                if reached.is_whole:
                    changes += await finalise_due(connection, source.source_id, reached.now, at)
                await store_blocks(connection, source.source_id, blocks)
                if reached.checkpoint:
                    await advance_offset(connection, source, position, letters, reached.newest)
        CHANGES.labels(self.stream).inc(changes)

    async def _take_turns(self, connection: Connection, values: Values) -> list[int]:
        """Wait for other partitions that write the same meters; return those meters.

        This must precede the first write, which decides the transaction's place in the feed.
        """
        source_id = self.working_set.source_id
        meter_ids = self.working_set.meters_at_stake(values).tolist()
        shared = await shared_meters(connection, source_id, meter_ids) if meter_ids else []
        if shared:
            await lock_meters(connection, shared)
        return shared

    async def _with_other_partitions(
        self, connection: Connection, values: Values, shared: Sequence[int]
    ) -> Values:
        """Compute the values again, with the other partitions' samples of the same meters.

        Each partition stores its samples before it computes, and writers of a meter take turns, so
        the last writer has seen the samples of all.
        """
        if not shared:
            return values
        source_id = self.working_set.source_id
        ids = np.array(shared, np.int64)
        mine = await encoded(self.working_set.unsaved(ids))
        await store_blocks(connection, source_id, mine)
        ranges = self.working_set.around(values, ids)
        table = self.working_set.series
        self.working_set.load(as_rows(table, await load_ranges(connection, table, ranges)))
        return self.working_set.again(values, ids)

    def _follow_catalogue(self) -> None:
        """Use the roll-up rules that are declared now."""
        if self._rules_version == self.tools.meters.version:
            return
        self._rules_version = self.tools.meters.version
        series = self.working_set.series
        for pair in zip(series.meter_id.tolist(), series.channel.tolist(), strict=True):
            series.register(*pair, self.tools.meters.rule(pair[0]))

    def _is_checkpoint_due(self) -> bool:
        assert self.source is not None
        behind = self.position > self.source.next_offset
        waited = time.monotonic() - self._checkpointed_at
        settings = self.tools.settings
        return behind and (
            waited >= settings.checkpoint_seconds
            or self._unsaved_rows > MOST_UNSAVED_ROWS
            or self._has_worked_off_a_backlog()
            or self._is_quiet()
        )

    def _is_quiet(self) -> bool:
        """Tell whether nothing came since the last publication: a checkpoint delays nothing."""
        assert self.source is not None
        return self.source.published_offset == self.position and self._is_at_end()

    def _has_worked_off_a_backlog(self) -> bool:
        return self.backlog > LARGE_BACKLOG and self._is_at_end()

    def _is_at_end(self) -> bool:
        return self.tools.consumer().is_at_end(self.tp, self.position)

    async def _series(self, meter_id: Int64, channel: NDArray[np.uint8]) -> Int32:
        series = self.working_set.series.numbers(meter_id, channel)
        if (series < 0).any():
            unknown = np.unique(np.stack([meter_id, channel], axis=1)[series < 0], axis=0)
            pairs = [(int(meter), int(code)) for meter, code in unknown]
            await self._register(pairs)
            series = self.working_set.series.numbers(meter_id, channel)
        return series

    async def _register(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Register series, with their newest stored rows."""
        if not pairs:
            return
        rules = {pair: self.tools.meters.rule(pair[0]) for pair in pairs}
        tails = [
            (*pair, 4 * (rule.hold + rule.length) // SECOND_US + 120)
            for pair, rule in rules.items()
        ]
        blocks = await patiently(lambda: self._remember(tails))
        for pair, rule in rules.items():
            self.working_set.series.register(*pair, rule)
        rows = as_rows(self.working_set.series, blocks)
        if len(rows):
            self.working_set.load(rows)
            series, at = np.unique(rows.series), np.full(int(rows.series.max()) + 1, EVERYTHING)
            np.maximum.at(at, rows.series, rows.samples.observed_at)
            self.working_set.resume_from(series, at[series])

    async def _remember(self, tails: Sequence[tuple[int, int, int]]) -> list[asyncpg.Record]:
        assert self.source is not None
        async with self.tools.pool.acquire() as connection:
            await remember_meters(
                connection, self.source.source_id, [meter for meter, _, _ in tails]
            )
            return await load_tails(connection, tails)

    async def _load_around(self, series: Int32, observed_at: Int64) -> None:
        ranges = self.working_set.to_load(series, observed_at)
        if not len(ranges):
            return
        table = self.working_set.series

        async def load() -> list[asyncpg.Record]:
            async with self.tools.pool.acquire() as connection:
                return await load_ranges(connection, table, ranges)

        self.working_set.load(as_rows(table, await patiently(load)))
