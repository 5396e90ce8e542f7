"""Kafka beside the program: what is produced for it, and what it produced."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

Message = tuple[str, int | None, bytes | None, bytes | None, list[tuple[str, bytes]]]


def produce(bootstrap: str, messages: Sequence[Message]) -> None:
    """Send (topic, partition, key, value, headers), as many in one batch as there are."""

    async def sent() -> None:
        producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=50)
        await producer.start()
        try:
            futures = [
                await producer.send(topic, value, key, partition=partition, headers=headers)
                for topic, partition, key, value, headers in messages
            ]
            await asyncio.gather(*futures)
        finally:
            await producer.stop()

    asyncio.run(sent())


def records(bootstrap: str, topic: str, count: int) -> list[ConsumerRecord]:
    """Return the records of a topic by partition and offset; there must be `count`, no more."""

    async def read() -> list[ConsumerRecord]:
        consumer = AIOKafkaConsumer(
            topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest"
        )
        await consumer.start()
        try:
            assert consumer.assignment(), "the topic must exist"
            found: list[ConsumerRecord] = []
            async with asyncio.timeout(20):
                while len(found) < count:
                    batch = await consumer.getmany(timeout_ms=200)
                    found += [each for part in batch.values() for each in part]
            more = await consumer.getmany(timeout_ms=500)
            return found + [each for part in more.values() for each in part]
        finally:
            await consumer.stop()

    found = asyncio.run(read())
    assert len(found) == count
    return sorted(found, key=lambda record: (record.partition, record.offset))
