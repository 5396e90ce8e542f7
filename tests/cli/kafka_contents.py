"""Everything that is in topics."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

Place = tuple[str, int, int]


def contents(bootstrap: str, topics: Sequence[str], partitions: int) -> dict[Place, ConsumerRecord]:
    """Return {(topic, partition, offset): record} of every record up to the ends of now."""
    return asyncio.run(read_contents(bootstrap, topics, partitions))


async def read_contents(
    bootstrap: str, topics: Sequence[str], partitions: int
) -> dict[Place, ConsumerRecord]:
    """Return the same from within an event loop."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        await consumer.topics()
        places = [TopicPartition(name, n) for name in topics for n in range(partitions)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        found: dict[Place, ConsumerRecord] = {}
        async with asyncio.timeout(20):
            # Each partition by itself: the embedded broker may report an end inside the last batch.
            while any([await consumer.position(place) < ends[place] for place in places]):
                for part in (await consumer.getmany(timeout_ms=200)).values():
                    found |= {(each.topic, each.partition, each.offset): each for each in part}
        return found
    finally:
        await consumer.stop()
