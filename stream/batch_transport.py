"""Faust at batch speed: one message for each fetch of a partition; its value is all the records.

Faust hands out records one at a time and creates tasks for each; one message for a whole batch
causes that cost once. Faust still does rebalancing, acknowledgement, health and the worker. The
offset of a message is the offset of its last record, so Faust commits the last record's offset plus
one, even if compaction or transactions left gaps between the offsets.
"""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from faust.transport.drivers.aiokafka import Consumer, Transport
from faust.types import TP, Message
from faust.types.tuples import ConsumerMessage

from gridfeed import clock
from stream.back_pressure import HeldPartitions, apply_holds
from stream.batch_thread import BatchConsumerThread
from stream.fetched import Records


@dataclass(frozen=True, slots=True)
class Batch:
    """The records of one fetch from one partition; at least one record.

    follows: the offset at which the fetch started if it is certain, else None. The log has nothing
    between it and the first record. end: the end of the log when the broker was asked at `heard_us`
    (microseconds); records of undecided transactions lie before it.
    """

    records: Records
    follows: int | None
    end: int
    heard_us: int

    @property
    def first_offset(self) -> int:
        """Return the offset of the first record."""
        return int(self.records.offsets[0])

    @property
    def next_offset(self) -> int:
        """Return the offset after the last record."""
        return self.records.next_offset

    @property
    def caught_up(self) -> bool:
        """Tell whether the batch reached the end of the log."""
        return self.next_offset >= self.end


#: A broker answers each fetch within half a second, even if it has no messages.
HEARD_SECONDS = 10.0


class BatchConsumer(Consumer):
    """Yields batches; seeks only between two fetches, so that no outdated fetch follows a seek."""

    logger = logging.getLogger("faust.transport.batch")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Start without any known position."""
        super().__init__(*args, **kwargs)
        self._seeks: dict[TP, int] = {}
        self._follows: dict[TP, int] = {}
        self._held = HeldPartitions()
        self._out_of_range: dict[TP, int] = {}

    def hold(self, tp: TP) -> None:
        """Stop fetching a partition whose batches wait; the others are still fetched."""
        if self._held.hold(tp):
            self._apply_holds()

    def release(self, tp: TP) -> None:
        """Fetch a partition again."""
        if self._held.release(tp):
            self._apply_holds()

    def is_held(self, tp: TP) -> bool:
        """Tell whether a partition is not fetched: its batches wait, or it is out of range."""
        return tp in self._held or tp in self._out_of_range

    def out_of_range(self, tp: TP) -> int | None:
        """Return the offset to read next if the log does not have it; None if it does.

        The partition is not fetched again before `seek_before_next_fetch`.
        """
        return self._out_of_range.get(tp)

    def _apply_holds(self) -> None:
        consumer = self._thread._ensure_consumer()  # noqa: SLF001
        loop = self._thread.thread_loop
        not_fetched = self._held.snapshot() | self._out_of_range.keys()
        loop.call_soon_threadsafe(apply_holds, consumer, not_fetched)

    #: The thread's `taken`, `heard` and `out_of_range`; it documents them.
    _taken: dict[TP, int]
    _heard: dict[TP, int]
    _found_out_of_range: dict[TP, int]

    def seek_before_next_fetch(self, tp: TP, offset: int) -> None:
        """Continue reading the partition at `offset`."""
        if (self._committed_offset[tp] or 0) > offset:
            # The log is another one: the acknowledged and committed offsets belong to the former
            # log.
            self._committed_offset.pop(tp)
            self._acked[tp].clear()
            self._acked_index[tp].clear()
        self._out_of_range.pop(tp, None)
        self._seeks[tp] = offset

    def known_end(self, tp: TP) -> int | None:
        """Return the end of the partition's log at the last fetch; None before the first fetch.

        Records of undecided transactions lie before it.
        """
        return None if (state := self._state(tp)) is None else state.highwater

    def readable_end(self, tp: TP) -> int:
        """Return where the first undecided transaction starts, else the known end, else 0."""
        state = self._state(tp)
        end = 0 if state is None else state.highwater or 0
        return end if state is None or state.lso is None else min(end, state.lso)

    def heard_us(self, tp: TP) -> int:
        """Return when the broker was last asked where the log ends; microseconds, 0 if never."""
        return 0 if self._state(tp) is None else self._heard.get(tp, 0)

    def has_heard_of(self, tp: TP) -> bool:
        """Tell whether the broker answered for the partition within the last HEARD_SECONDS.

        If it did not, the present end of the log is unknown.
        """
        heard_us = self.heard_us(tp)
        is_recent = clock.now_us() - heard_us < HEARD_SECONDS * 1e6
        return is_recent and self._held.is_news(tp, heard_us)

    def is_at_end(self, tp: TP, handled: int) -> bool:
        """Tell whether every record of the log lies below offset `handled`."""
        end = self.known_end(tp)
        return end is not None and self.has_heard_of(tp) and self._passed(tp, handled) >= end

    def pass_over(self, tp: TP, handled: int) -> int:
        """Skip the offsets after `handled` that were read without a record; return the next offset.

        Such offsets belong to transaction markers and to records of aborted transactions.
        """
        passed = self._passed(tp, handled)
        if passed > handled:
            self._follows[tp] = passed
        return passed

    def _passed(self, tp: TP, handled: int) -> int:
        fetched_to = self._fetched_to(tp)  # first: `_taken` is set before it moves
        is_taken = self._taken.get(tp, handled) > handled
        if is_taken or tp in self._seeks or self._follows.get(tp) != handled:
            return handled
        return max(handled, fetched_to)

    def acknowledge_to(self, tp: TP, offset: int) -> None:
        """Make the next commit say `offset`, although no message ends there."""
        if offset - 1 not in self._acked_index[tp]:
            self._acked_index[tp].add(offset - 1)
            self._acked[tp].append(offset - 1)

    def _fetched_to(self, tp: TP) -> int:
        state = self._state(tp)
        return int(state.position) if state is not None and state.has_valid_position else -1

    def _state(self, tp: TP) -> Any:
        # Faust's asynchronous methods would wait until the fetch in progress ends.
        subscription = self._thread._ensure_consumer()._subscription.subscription  # noqa: SLF001
        return subscription.assignment.state_value(tp) if subscription.assignment else None

    async def perform_seek(self) -> None:
        """Do nothing: the database says where to read, not the group's committed offsets.

        Faust asks the broker for those offsets after each rebalance. If the answer takes longer
        than its request timeout, Faust never resumes the flow of messages, not even after the next
        rebalance: the worker would stand still for ever.
        """

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:  # noqa: ASYNC109
        """Yield one message for each partition that the fetch returned records of."""
        await self._apply_seeks()
        records, active = await self._wait_next_records(timeout)
        self._note_out_of_range()
        generation = self.app.consumer_generation_id
        if records is None or self.should_stop:
            return
        for tp, batch in ((tp, batch) for tp, batches in records.items() for batch in batches):
            stale = generation != self.app.consumer_generation_id or not self.flow_active
            wanted = active is None or tp in active or tp in self._buffered_partitions
            if stale or not wanted:
                # The log position has passed these records; seek back, to fetch them again later.
                self._follows.pop(tp, None)
                self._seeks.setdefault(tp, int(batch.offsets[0]))
            elif tp not in self._seeks:
                yield tp, self._as_message(tp, batch)

    async def _apply_seeks(self) -> None:
        seeks = {tp: offset for tp, offset in self._seeks.items() if tp in self.assignment()}
        self._seeks.clear()
        if seeks:
            await self._thread.seek_wait(seeks)
            for tp, offset in seeks.items():
                self._taken[tp] = self._follows[tp] = offset
            self._apply_holds()

    def _note_out_of_range(self) -> None:
        while self._found_out_of_range:
            tp, offset = self._found_out_of_range.popitem()
            # An error found before a seek says nothing about the position after it.
            if tp not in self._seeks and self._follows.get(tp, offset) == offset:
                self._out_of_range[tp] = offset

    def _new_consumer_thread(self) -> BatchConsumerThread:
        thread = BatchConsumerThread(self, loop=self.loop, beacon=self.beacon)
        self._taken, self._heard = thread.taken, thread.heard
        self._found_out_of_range = thread.out_of_range
        return thread

    def _as_message(self, tp: TP, records: Records) -> Message:
        heard_us = self.heard_us(tp)  # read first, so that the end is at least as new
        end = self.known_end(tp) or 0
        self.app.monitor.track_tp_end_offset(tp, end)
        batch = Batch(records, self._follows.get(tp), end, heard_us)
        self._follows[tp] = batch.next_offset
        return ConsumerMessage(
            topic=tp.topic,
            partition=tp.partition,
            offset=records.next_offset - 1,
            timestamp=records.appended_at.timestamp(),
            timestamp_type=1,
            headers=(),
            key=None,
            value=batch,
            checksum=None,
            serialized_key_size=0,
            serialized_value_size=0,
            tp=tp,
            generation_id=self.app.consumer_generation_id,
        )

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Forget the positions of partitions that are given up."""
        for tp in revoked:
            self._follows.pop(tp, None)
            self._seeks.pop(tp, None)
            self._out_of_range.pop(tp, None)
            if self._held.forget(tp):
                self._apply_holds()
        await super().on_partitions_revoked(revoked)

    def on_buffer_full(self, tp: TP) -> None:
        """Do nothing: a full buffer already delays the delivery of the next batch.

        Faust would fetch only the other partitions and wait a second for their messages, while the
        messages of this partition block every further fetch.
        """

    def on_buffer_drop(self, tp: TP) -> None:
        """Do nothing; see on_buffer_full."""

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Do nothing: missing offsets inside a batch are no gaps."""

    def _new_offset(self, tp: TP) -> int | None:
        """Return the offset after the last acknowledged batch; they are acknowledged in order."""
        acked = self._acked[tp]
        if not acked:
            return None
        newest = max(acked)
        self._acked_index[tp].difference_update(acked)
        acked.clear()
        return int(newest) + 1


class BatchTransport(Transport):
    """The aiokafka transport with the batch consumer."""

    Consumer = BatchConsumer
