"""The batch transport on a real broker: whole fetches, exact commits, seeks, rebalances."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from faust.types import EventT, StreamT

from gridfeed.settings import Settings
from stream.app import build_app
from stream.batch_app import BatchApp, BatchSchema
from stream.batch_transport import Batch, BatchConsumer
from tests.services import create_topics

PATIENCE_SECONDS = 40


class Reader:
    """A Faust app that reads one topic in batches and acknowledges what it is told to."""

    def __init__(self, kafka: str, topic: str, directory: Path) -> None:
        settings = Settings(
            kafka_bootstrap=kafka, kafka_group=f"{topic}-group", kafka_session_seconds=6
        )
        self.topic, self.events = topic, list[EventT]()
        self.app: BatchApp = build_app(settings, directory)
        self.app.agent(self.app.topic(topic, schema=BatchSchema()), name=topic)(self.agent())

    def agent(self) -> Callable[[StreamT[Batch]], object]:
        async def agent(stream: StreamT[Batch]) -> None:
            async for event in stream.noack().events():
                self.events.append(event)

        return agent

    @property
    def values(self) -> list[int]:
        return [int(each.value) for event in self.events for each in event.value.records]

    @property
    def consumer(self) -> BatchConsumer:
        consumer: BatchConsumer = self.app.consumer
        return consumer

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not true():  # noqa: ASYNC110 - Faust announces nothing to wait for
                await asyncio.sleep(0.05)


@asynccontextmanager
async def reading(kafka: str, topic: str, directory: Path) -> AsyncIterator[Reader]:
    reader = Reader(kafka, topic, directory)
    async with reader.app:
        yield reader


async def produce(kafka: str, topic: str, numbers: range, partition: int = 0) -> None:
    """Write numbers in transactions of ten where the broker has them: their markers are gaps."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=topic)
    try:
        await producer.start()
    except KafkaError:
        await producer.stop()
        await produce_without_gaps(kafka, topic, numbers, partition)
        return
    for start in numbers[::10]:
        async with producer.transaction():
            for number in range(start, min(start + 10, numbers.stop)):
                await producer.send(topic, str(number).encode(), partition=partition)
    await producer.stop()


async def produce_without_gaps(kafka: str, topic: str, numbers: range, partition: int) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for number in numbers:
            await producer.send(topic, str(number).encode(), partition=partition)


async def committed(kafka: str, topic: str, partition: int = 0) -> int | None:
    async with AIOKafkaConsumer(bootstrap_servers=kafka, group_id=f"{topic}-group") as consumer:
        offset: int | None = await consumer.committed(TopicPartition(topic, partition))
        return offset


async def test_a_fetch_is_one_message_and_its_commit_is_the_last_record_plus_one(
    kafka: str, topic_suffix: str, tmp_path: Path
) -> None:
    await create_topics(kafka, topic_suffix)
    await produce(kafka, topic_suffix, range(95))
    async with reading(kafka, topic_suffix, tmp_path) as reader:
        await reader.until(lambda: len(reader.values) == 95)
        assert reader.values == list(range(95))
        assert len(reader.events) < 95
        for event in reader.events:
            event.ack()
        await reader.app.commit(set())
        await reader.consumer.commit()
        last = reader.events[-1].value.records[-1].offset
        assert await committed(kafka, topic_suffix) == last + 1
        [tp] = reader.consumer.assignment()
        assert reader.consumer.is_at_end(tp, last + 1)
        assert not reader.consumer.is_at_end(tp, last)


async def test_what_is_not_acknowledged_is_not_committed(
    kafka: str, topic_suffix: str, tmp_path: Path
) -> None:
    await create_topics(kafka, topic_suffix)
    async with reading(kafka, topic_suffix, tmp_path) as reader:
        await produce(kafka, topic_suffix, range(10))
        await reader.until(lambda: len(reader.values) == 10)
        acknowledged = list(reader.events)
        await produce(kafka, topic_suffix, range(10, 20))
        await reader.until(lambda: len(reader.values) == 20)
        for event in acknowledged:
            event.ack()
        await reader.consumer.commit()
    assert await committed(kafka, topic_suffix) == acknowledged[-1].value.next_offset


async def test_a_seek_takes_effect_before_the_next_fetch_and_proves_where_it_starts(
    kafka: str, topic_suffix: str, tmp_path: Path
) -> None:
    await create_topics(kafka, topic_suffix)
    await produce_without_gaps(kafka, topic_suffix, range(30), 0)
    async with reading(kafka, topic_suffix, tmp_path) as reader:
        await reader.until(lambda: len(reader.values) == 30)
        reader.events.clear()
        [tp] = reader.consumer.assignment()
        reader.consumer.seek_before_next_fetch(tp, 4)
        await reader.until(lambda: len(reader.values) == 26)
        assert reader.values == list(range(4, 30))
        first: Batch = reader.events[0].value
        assert (first.follows, first.first_offset) == (4, 4)
        assert reader.events[-1].value.caught_up


async def test_after_a_rebalance_every_partition_is_read_on_by_exactly_one_reader(
    kafka: str, topic_suffix: str, tmp_path: Path
) -> None:
    await create_topics(kafka, topic_suffix, partitions=2)
    async with reading(kafka, topic_suffix, tmp_path / "a") as one:
        await one.until(lambda: len(one.consumer.assignment()) == 2)
        async with reading(kafka, topic_suffix, tmp_path / "b") as two:
            await two.until(
                lambda: (
                    len(one.consumer.assignment()) == len(two.consumer.assignment()) == 1
                    and not one.app.rebalancing
                    and not two.app.rebalancing
                )
            )
            for partition in (0, 1):
                numbers = range(partition * 100, partition * 100 + 20)
                await produce_without_gaps(kafka, topic_suffix, numbers, partition)
            await two.until(lambda: len(one.values) + len(two.values) == 40)
            assert len(one.values) == len(two.values) == 20
            assert sorted(one.values + two.values) == [*range(20), *range(100, 120)]
