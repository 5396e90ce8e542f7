"""Faust at batch speed: one message a partition and fetch, whose value is all of its records.

Faust hands out records one at a time and makes tasks for each; a batch as one message costs that
once. Rebalancing, acknowledgement, health and the worker stay Faust's. The offset of a message is
its last record's, so what Faust commits is the last record's offset plus one, whatever offsets
compaction or transactions left out in between.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import faust
from aiokafka import AIOKafkaConsumer
from aiokafka.consumer.fetcher import Fetcher, FetchResult
from aiokafka.errors import ConsumerStoppedError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.types import TP, Message
from faust.types.tuples import ConsumerMessage

from gridfeed import clock
from stream.back_pressure import HeldPartitions, apply_holds
from stream.fetched import Records, WholeFetch


@dataclass(frozen=True, slots=True)
class Batch:
    """The records of one fetch from one partition, at least one.

    follows: the offset that the fetch started at when that is certain, else None. Between it and
    the first record there is nothing in the log. end: of the log, when it was fetched.
    """

    records: Records
    follows: int | None
    end: int

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
        """Tell whether the log had no more."""
        return self.next_offset >= self.end


#: A broker that is asked for messages answers every 1.5 s, if only that it has none.
HEARD_SECONDS = 10.0
#: aiokafka asks a broker for the other partitions once records of one have waited this long to be
#: taken (its own 0.1 s are less than a slow write). A broker that has none of those answers after
#: 1.5 s, and is asked for nothing else before.
UNTAKEN_SECONDS = 10.0


class BatchConsumerThread(AIOKafkaConsumerThread):
    """Faust's consumer thread, taking each fetch out of aiokafka in one piece."""

    async def on_start(self) -> None:
        """Connect."""
        await super().on_start()
        self._ensure_consumer()._fetcher._prefetch_backoff = UNTAKEN_SECONDS  # noqa: SLF001

    async def _fetch_records(
        self,
        consumer: AIOKafkaConsumer,
        active_partitions: set[TP],
        timeout: float | None = None,  # noqa: ASYNC109 - Faust's signature
        max_records: int | None = None,
    ) -> dict[TP, list[Records]]:
        """Return what was fetched of the partitions, waiting for it at most `timeout` seconds."""
        del max_records
        if not self.consumer.flow_active:
            return {}
        fetcher = consumer._fetcher  # noqa: SLF001
        if consumer._closed or fetcher._closed:  # noqa: SLF001
            raise ConsumerStoppedError
        with fetcher._subscriptions.fetch_context():  # noqa: SLF001
            fetched = await _drained(fetcher, active_partitions)
            if not fetched:
                waiter = fetcher._create_fetch_waiter()  # noqa: SLF001
                await asyncio.wait([waiter], timeout=timeout)
                fetched = await _drained(fetcher, active_partitions)
                waiter.cancel()
            return fetched


async def _drained(fetcher: Fetcher, partitions: set[TP]) -> dict[TP, list[Records]]:
    for tp, result in fetcher._records.items():  # noqa: SLF001
        if isinstance(result, FetchResult) and result.has_more():
            fetched = result._partition_records  # noqa: SLF001
            if not isinstance(fetched, WholeFetch):
                result._partition_records = WholeFetch(tp, fetched)  # noqa: SLF001
    drained: dict[TP, list[Records]] = await fetcher.fetched_records(partitions, timeout=0)
    return drained


class BatchConsumer(Consumer):
    """Yields batches; seeks only between two fetches, so that no stale fetch follows a seek."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Start with nothing known about positions."""
        super().__init__(*args, **kwargs)
        self._seeks: dict[TP, int] = {}
        self._follows: dict[TP, int] = {}
        self._held = HeldPartitions()

    def hold(self, tp: TP) -> None:
        """Fetch nothing more of a partition whose batches wait; of the others goes on."""
        if self._held.hold(tp):
            self._apply_holds()

    def release(self, tp: TP) -> None:
        """Fetch a partition again."""
        if self._held.release(tp):
            self._apply_holds()

    def is_held(self, tp: TP) -> bool:
        """Tell whether a partition's batches wait, so that it is not fetched."""
        return tp in self._held

    def _apply_holds(self) -> None:
        consumer = self._thread._ensure_consumer()  # noqa: SLF001
        loop = self._thread.thread_loop
        loop.call_soon_threadsafe(apply_holds, consumer, self._held.snapshot())

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
        if end is None or not self.has_heard_of(tp):
            return False
        if handled >= end:
            return True
        return self._follows.get(tp) == handled and self._fetched_to(tp) >= end

    def has_heard_of(self, tp: TP) -> bool:
        """Tell whether the broker has answered for the partition in the last seconds.

        Without that, nobody knows how far its log goes by now.
        """
        state = self._state(tp)
        answered_ms = None if state is None else state.timestamp
        return (
            answered_ms is not None
            and clock.now_us() - answered_ms * 1000 < HEARD_SECONDS * 1e6
            and self._held.is_news(tp, answered_ms * 1000)
        )

    def _fetched_to(self, tp: TP) -> int:
        state = self._state(tp)
        return int(state.position) if state is not None and state.has_valid_position else -1

    def _state(self, tp: TP) -> Any:
        # Faust's asynchronous questions would wait behind the fetch in progress.
        subscription = self._thread._ensure_consumer()._subscription.subscription  # noqa: SLF001
        return subscription.assignment.state_value(tp) if subscription.assignment else None

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:  # noqa: ASYNC109
        """Yield one message for each partition that the fetch has records of."""
        await self._apply_seeks()
        records, active = await self._wait_next_records(timeout)
        generation = self.app.consumer_generation_id
        if records is None or self.should_stop:
            return
        for tp, batch in ((tp, batch) for tp, batches in records.items() for batch in batches):
            stale = generation != self.app.consumer_generation_id or not self.flow_active
            wanted = active is None or tp in active or tp in self._buffered_partitions
            if stale or not wanted:
                # The log position has moved past these records: fetch them again when it may.
                self._follows.pop(tp, None)
                self._seeks.setdefault(tp, int(batch.offsets[0]))
            elif tp not in self._seeks:
                yield tp, self._as_message(tp, batch)

    async def _apply_seeks(self) -> None:
        seeks = {tp: offset for tp, offset in self._seeks.items() if tp in self.assignment()}
        self._seeks.clear()
        if seeks:
            await self._thread.seek_wait(seeks)
            self._follows.update(seeks)

    def _new_consumer_thread(self) -> BatchConsumerThread:
        return BatchConsumerThread(self, loop=self.loop, beacon=self.beacon)

    def _as_message(self, tp: TP, records: Records) -> Message:
        highwater = self.known_end(tp) or 0
        self.app.monitor.track_tp_end_offset(tp, highwater)
        batch = Batch(records, self._follows.get(tp), highwater)
        self._follows[tp] = batch.next_offset
        return ConsumerMessage(
            topic=tp.topic,
            partition=tp.partition,
            offset=records.next_offset - 1,
            timestamp=records.appended_ms / 1000,
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
        """Forget positions of partitions that are given up."""
        for tp in revoked:
            self._follows.pop(tp, None)
            self._seeks.pop(tp, None)
            self._held.forget(tp)
        self._apply_holds()
        await super().on_partitions_revoked(revoked)

    def on_buffer_full(self, tp: TP) -> None:
        """Do nothing: a full buffer holds up the delivery of the next batch, and that is enough.

        Faust would fetch the other partitions alone, and wait for messages of theirs (a second)
        while this one's lie there and hold up every further fetch.
        """

    def on_buffer_drop(self, tp: TP) -> None:
        """Do nothing; see on_buffer_full."""

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
