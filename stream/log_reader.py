"""Finds where partitions start and end, with a client outside the consumer group.

Faust's consumer answers such questions one at a time and only after its own fetches, which wait for
messages: a second for each question, for every partition that is opened.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import TypeVar

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faust.types import TP

from gridfeed.kafka.clients import new_consumer, started, stop_consumer
from gridfeed.kafka.topic_ids import TopicIds, topic_ids
from gridfeed.settings import Settings

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

#: How long a broker may take to answer with records that it has.
READ_MS = 500
#: How long a client may take to disconnect.
STOPPING_SECONDS = 5.0


class LogReader:
    """Reads logs outside any consumer group; nothing it does moves an offset."""

    def __init__(self, settings: Settings) -> None:
        """Keep the settings; nothing is opened before `start`."""
        self._settings = settings
        self._asking: AIOKafkaConsumer | None = None
        self._connecting = asyncio.Lock()
        self._stopping: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Connect. Raises KafkaError while the brokers are away."""
        await self._connected()

    async def stop(self) -> None:
        """Disconnect."""
        if self._asking is not None:
            self._drop(self._asking)
        await asyncio.gather(*self._stopping)

    async def topics(self, names: Sequence[str]) -> TopicIds:
        """Return which of these topics the broker has, and their ids."""
        return await self._ask(topic_ids, names)

    async def bounds(self, tp: TopicPartition) -> tuple[int, int]:
        """Return the log's first offset and the offset after its last, as reported."""
        first = await self._ask(AIOKafkaConsumer.beginning_offsets, [tp])
        end = await self._ask(AIOKafkaConsumer.end_offsets, [tp])
        return first[tp], end[tp]

    async def ends(self, tps: Sequence[TP]) -> dict[TP, int]:
        """Return the offset after the last of each log, as the broker reports it."""
        wanted = [TopicPartition(*tp) for tp in tps]
        ends = await self._ask(AIOKafkaConsumer.end_offsets, wanted) if wanted else {}
        return {TP(*tp): end for tp, end in ends.items()}

    async def end(self, tp: TopicPartition, reported: int) -> int:
        """Return the offset after the last record, found by reading from the reported end on.

        Some brokers report an offset inside the last batch as the end of the log.
        """
        end = reported
        async for record in self.read(tp, reported, reported):
            end = int(record.offset) + 1
        return end

    async def read(
        self, tp: TopicPartition, begin: int, end: int
    ) -> AsyncGenerator[ConsumerRecord, None]:
        """Yield the records from `begin` to at least `end`, until the broker has no more."""
        consumer = new_consumer(self._settings)
        await started(self._settings, consumer)
        try:
            consumer.assign([tp])
            consumer.seek(tp, begin)
            while True:
                complete = await consumer.position(tp) >= end
                records = (await consumer.getmany(tp, timeout_ms=READ_MS)).get(tp, [])
                for record in records:
                    yield record
                if complete and not records:
                    return
        finally:
            await stop_consumer(consumer, STOPPING_SECONDS)

    async def _ask(
        self, question: Callable[[AIOKafkaConsumer, Asked], Awaitable[Answer]], of: Asked
    ) -> Answer:
        """Ask a broker; replace the client if the broker did not answer. Raises KafkaError.

        A question may take too long because its connection is silent for ever. So the connection is
        dropped, too.
        """
        asking = await self._connected()
        try:
            return await question(asking, of)
        except KafkaError:
            self._drop(asking)
            raise

    async def _connected(self) -> AIOKafkaConsumer:
        async with self._connecting:
            if self._asking is None:
                asking = new_consumer(self._settings)
                await started(self._settings, asking)
                self._asking = asking
            return self._asking

    def _drop(self, broken: AIOKafkaConsumer) -> None:
        if self._asking is broken:
            self._asking = None
            task = asyncio.create_task(stop_consumer(broken, STOPPING_SECONDS))
            self._stopping.add(task)
            task.add_done_callback(self._stopping.discard)
