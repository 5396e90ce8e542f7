"""Faust at batch speed: one message a partition and fetch, whose value is the list of records.

Faust hands out records one at a time and makes tasks for each; a batch as one message costs that
once. Rebalancing, acknowledgement, health and the worker stay Faust's. The offset of a message is
its last record's, so what Faust commits is the last record's offset plus one, whatever offsets
compaction or transactions left out in between.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import faust
from aiokafka import ConsumerRecord
from faust.transport.drivers.aiokafka import Consumer, Transport
from faust.types import TP, Message


@dataclass(frozen=True, slots=True)
class Batch:
    """The records of one fetch from one partition, in offset order, at least one.

    follows: the offset that the fetch started at when that is certain, else None. Between it and
    the first record there is nothing in the log.
    """

    records: list[ConsumerRecord]
    follows: int | None
    caught_up: bool

    @property
    def first_offset(self) -> int:
        """Return the offset of the first record."""
        return int(self.records[0].offset)

    @property
    def next_offset(self) -> int:
        """Return the offset after the last record."""
        return int(self.records[-1].offset) + 1


class BatchConsumer(Consumer):
    """Yields batches; seeks only between two fetches, so that no stale fetch follows a seek."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Start with nothing known about positions."""
        super().__init__(*args, **kwargs)
        self._seeks: dict[TP, int] = {}
        self._follows: dict[TP, int] = {}

    def seek_before_next_fetch(self, tp: TP, offset: int) -> None:
        """Continue reading the partition at `offset`."""
        self._seeks[tp] = offset

    def known_end(self, tp: TP) -> int | None:
        """Return the end of the partition's log as of the last fetch; None before the first."""
        try:
            end: int | None = self.highwater(tp)
        except AssertionError:  # aiokafka's word for a partition that is not assigned any more
            return None
        return end

    def is_at_end(self, tp: TP, handled: int) -> bool:
        """Tell whether nothing is left in the log after the records below `handled`.

        The log may end in the marker of a transaction: then the position is past it, and no record
        is.
        """
        end = self.known_end(tp)
        if end is None or handled >= end:
            return end is not None
        return self._follows.get(tp) == handled and self._fetched_to(tp) >= end

    def _fetched_to(self, tp: TP) -> int:
        # The asynchronous `position` would wait behind the fetch in progress.
        subscription = self._thread._ensure_consumer()._subscription.subscription  # noqa: SLF001
        state = subscription.assignment.state_value(tp) if subscription.assignment else None
        return int(state.position) if state is not None and state.has_valid_position else -1

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:  # noqa: ASYNC109
        """Yield one message for each partition that the fetch has records of."""
        await self._apply_seeks()
        records, active = await self._wait_next_records(timeout)
        generation = self.app.consumer_generation_id
        if records is None or self.should_stop:
            return
        for tp, batch in records.items():
            stale = generation != self.app.consumer_generation_id or not self.flow_active
            wanted = active is None or tp in active or tp in self._buffered_partitions
            if stale or not wanted:
                # The log position has moved past these records: fetch them again when it may.
                self._follows.pop(tp, None)
                self._seeks.setdefault(tp, int(batch[0].offset))
            elif tp not in self._seeks:
                yield tp, self._as_message(tp, batch)

    async def _apply_seeks(self) -> None:
        seeks = {tp: offset for tp, offset in self._seeks.items() if tp in self.assignment()}
        self._seeks.clear()
        if seeks:
            await self._thread.seek_wait(seeks)
            self._follows.update(seeks)

    def _as_message(self, tp: TP, records: list[ConsumerRecord]) -> Message:
        highwater = self.known_end(tp) or 0
        self.app.monitor.track_tp_end_offset(tp, highwater)
        batch = Batch(records, self._follows.get(tp), records[-1].offset + 1 >= highwater)
        self._follows[tp] = batch.next_offset
        message = self._to_message(tp, records[-1])
        message.key, message.value = None, batch
        return message

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Forget positions of partitions that are given up."""
        for tp in revoked:
            self._follows.pop(tp, None)
            self._seeks.pop(tp, None)
        await super().on_partitions_revoked(revoked)

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Do nothing: offsets inside a batch are no gaps."""

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


class BatchSchema(faust.Schema):
    """Hands the batch through as it is."""

    def loads_key(self, _app: faust.App, _message: Message, **_options: Any) -> Any:
        """Return no key: the records of a batch have their own."""
        return None

    def loads_value(self, _app: faust.App, message: Message, **_options: Any) -> Any:
        """Return the batch."""
        return message.value


async def _nothing() -> None:
    """Open or close nothing."""


class BatchApp(faust.App):
    """A Faust app whose consumer reads batches, and that opens and closes what its agents use."""

    #: Awaited before the consumer starts.
    opening: Callable[[], Awaitable[None]] = staticmethod(_nothing)
    #: Awaited while the partitions are still owned, before the consumer leaves the group.
    closing: Callable[[], Awaitable[None]] = staticmethod(_nothing)

    async def on_start(self) -> None:
        """Open what the agents use."""
        await super().on_start()
        await self.opening()

    async def on_stop(self) -> None:
        """Close what the agents used, then leave the group."""
        await self.closing()
        await super().on_stop()

    def _new_transport(self) -> BatchTransport:
        return BatchTransport(self.conf.broker_consumer, self)

    def _new_consumer_transport(self) -> BatchTransport:
        return BatchTransport(self.conf.broker_consumer, self)
