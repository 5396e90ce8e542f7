"""Faust's consumer thread at batch speed: it takes each fetch of a partition as a whole."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.consumer.fetcher import Fetcher, FetchError, FetchResult, OffsetResetStrategy
from aiokafka.errors import (
    ConsumerStoppedError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Transport
from faust.types import TP

from gridfeed import clock
from gridfeed.kafka.clients import FETCH_BYTES
from stream.back_pressure import USUAL_FETCH_MS
from stream.fetched import Records, WholeFetch

#: When fetched records have waited this long, aiokafka asks their broker for its other partitions.
#: (aiokafka's default of 0.1 s is shorter than a slow write.) A broker without new messages answers
#: after 0.5 s and is asked for nothing else until then.
UNTAKEN_SECONDS = 10.0


class BatchConsumerThread(AIOKafkaConsumerThread):
    """Faust's consumer thread; it takes each fetch out of aiokafka as a whole."""

    logger = logging.getLogger("faust.transport.batch_thread")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Start with no records taken."""
        super().__init__(*args, **kwargs)
        #: For each partition, the offset after the last record that was taken. It is set before the
        #: position moves, so the position never looks as if it had passed over nothing.
        self.taken: dict[TP, int] = {}
        #: For each log whose end is known, when the broker was asked for it; microseconds. The
        #: broker answered with the end at that time or later, however long the answer took.
        self.heard: dict[TP, int] = {}
        #: For each partition, the fetch offset that its log does not have: either the messages left
        #: the log or it is another log. The partition is not fetched until it is sought.
        self.out_of_range: dict[TP, int] = {}

    def _create_worker_consumer(self, transport: Transport) -> AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        # Faust's own setting would also make its producer write in transactions.
        consumer._isolation_level = "read_committed"  # noqa: SLF001
        consumer._fetch_max_bytes = FETCH_BYTES  # noqa: SLF001 - Faust has no setting for it
        return consumer

    async def on_start(self) -> None:
        """Connect."""
        await super().on_start()
        fetcher = self._ensure_consumer()._fetcher  # noqa: SLF001
        fetcher._prefetch_backoff = UNTAKEN_SECONDS  # noqa: SLF001
        fetcher._fetch_max_wait_ms = USUAL_FETCH_MS  # noqa: SLF001
        # By default aiokafka would silently skip the missing messages.
        fetcher._default_reset_strategy = OffsetResetStrategy.NONE  # noqa: SLF001
        fetcher._proc_fetch_request = self._stamping(fetcher._proc_fetch_request)  # noqa: SLF001

    def _stamping(self, fetch: Callable[..., Awaitable[bool]]) -> Callable[..., Awaitable[bool]]:
        """Return `fetch`, extended to note when it asked for each answered partition.

        aiokafka itself notes only when the answer came.
        """

        async def stamped(assignment: Any, node_id: int, request: Any) -> bool:
            asked_us = clock.now_us()
            tps = [TP(topic, each[0]) for topic, parts in request.topics for each in parts]
            states = {tp: assignment.state_value(tp) for tp in tps}
            for state in filter(None, states.values()):
                state.timestamp = None
            try:
                return await fetch(assignment, node_id, request)
            finally:
                answered = (tp for tp, state in states.items() if state and state.timestamp)
                self.heard.update(dict.fromkeys(answered, asked_us))

        return stamped

    async def _fetch_records(
        self,
        consumer: AIOKafkaConsumer,
        active_partitions: set[TP],
        timeout: float | None = None,  # noqa: ASYNC109 - Faust's signature
        max_records: int | None = None,
    ) -> dict[TP, list[Records]]:
        """Return the records fetched from the partitions; wait at most `timeout` seconds."""
        del max_records
        if not self.consumer.flow_active:
            return {}
        fetcher = consumer._fetcher  # noqa: SLF001
        if consumer._closed or fetcher._closed:  # noqa: SLF001
            raise ConsumerStoppedError
        with fetcher._subscriptions.fetch_context():  # noqa: SLF001
            fetched = await self._drained(fetcher, active_partitions)
            if not fetched:
                waiter = fetcher._create_fetch_waiter()  # noqa: SLF001
                await asyncio.wait([waiter], timeout=timeout)
                fetched = await self._drained(fetcher, active_partitions)
                waiter.cancel()
            return fetched

    async def _drained(self, fetcher: Fetcher, partitions: set[TP]) -> dict[TP, list[Records]]:
        # aiokafka waits for this, too, but would then return newly fetched records unconverted.
        while fetcher._subscriptions.reassignment_in_progress:  # noqa: SLF001
            await fetcher._subscriptions.wait_for_assignment()  # noqa: SLF001
        at_ms = clock.now_us() // 1000
        self._note_out_of_range(fetcher)
        for result in fetcher._records.values():  # noqa: SLF001
            if isinstance(result, FetchResult) and result.has_more():
                fetched = result._partition_records  # noqa: SLF001
                if not isinstance(fetched, WholeFetch):
                    result._partition_records = WholeFetch(fetched, at_ms, self.taken)  # noqa: SLF001
        drained: dict[TP, list[Records]] = await fetcher.fetched_records(partitions, timeout=0)
        return drained

    def _note_out_of_range(self, fetcher: Fetcher) -> None:
        """Stop fetching each partition whose log does not have its position.

        A partition without a committed offset starts at the beginning of its log; a moment later
        the database says where to read.
        """
        subscription = fetcher._subscriptions.subscription  # noqa: SLF001
        assignment = None if subscription is None else subscription.assignment
        for tp, result in list(fetcher._records.items()):  # noqa: SLF001
            error = result._error if isinstance(result, FetchError) else None  # noqa: SLF001
            if not isinstance(error, OffsetOutOfRangeError | NoOffsetForPartitionError):
                continue
            del fetcher._records[tp]  # noqa: SLF001
            fetcher._notify(fetcher._wait_consume_future)  # noqa: SLF001
            if assignment is None or tp not in assignment.tps:
                continue
            state = assignment.state_value(tp)
            if isinstance(error, NoOffsetForPartitionError):
                state.await_reset(OffsetResetStrategy.EARLIEST)
            else:
                state.pause()
                self.out_of_range[TP(*tp)] = error.args[0][tp]
