"""Where partitions begin and end, asked beside the consumer group.

Faust's consumer answers such questions one after the other and behind its own fetches, which wait
for messages: a second each, times every partition that is opened.
"""

from collections.abc import AsyncGenerator, Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from faust.types import TP

from gridfeed.settings import Settings
from gridfeed.wire.clients import new_consumer, started
from gridfeed.wire.topic_ids import TopicIds, topic_ids

#: How long a broker may take to answer with records that it has.
READ_MS = 500


class LogReader:
    """Reads logs without a group; nothing it does moves an offset."""

    def __init__(self, settings: Settings) -> None:
        """Remember where the brokers are; nothing is opened before `start`."""
        self._settings = settings
        self._asking: AIOKafkaConsumer | None = None

    async def start(self) -> None:
        """Connect. Raises KafkaError while the brokers are away."""
        asking = new_consumer(self._settings)
        await started(self._settings, asking)
        self._asking = asking

    async def stop(self) -> None:
        """Disconnect."""
        if self._asking is not None:
            await self._asking.stop()

    async def topics(self, names: Sequence[str]) -> TopicIds:
        """Return which of these topics the broker has, and their ids."""
        assert self._asking is not None
        return await topic_ids(self._asking, names)

    async def bounds(self, tp: TopicPartition) -> tuple[int, int]:
        """Return the first offset of the log and the one after its last, as the broker reports."""
        assert self._asking is not None
        first = await self._asking.beginning_offsets([tp])
        end = await self._asking.end_offsets([tp])
        return int(first[tp]), int(end[tp])

    async def ends(self, tps: Sequence[TP]) -> dict[TP, int]:
        """Return the offset after the last of each log, as the broker reports."""
        assert self._asking is not None
        ends = await self._asking.end_offsets([TopicPartition(*tp) for tp in tps]) if tps else {}
        return {TP(*tp): int(end) for tp, end in ends.items()}

    async def end(self, tp: TopicPartition, reported: int) -> int:
        """Return the offset after the last record, by reading from the reported end on.

        Some brokers report an offset inside their last batch as the end of the log.
        """
        end = reported
        async for record in self.read(tp, reported, reported):
            end = int(record.offset) + 1
        return end

    async def read(
        self, tp: TopicPartition, begin: int, end: int
    ) -> AsyncGenerator[ConsumerRecord, None]:
        """Yield the records from `begin` on, to `end` and to where the broker has no more."""
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
            await consumer.stop()
