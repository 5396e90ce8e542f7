"""How far the workers' group is behind the inputs' ends."""

import asyncio
from collections.abc import Iterator, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition

from gridfeed.cli import session
from gridfeed.cli.checks.check import Check
from gridfeed.settings import Settings
from gridfeed.wire.clients import consuming
from gridfeed.wire.ends import true_ends


async def look(settings: Settings, inputs: Mapping[str, int]) -> list[Check]:
    """Return the lag of every input. inputs: their partitions."""
    sources = [TopicPartition(topic, n) for topic, count in inputs.items() for n in range(count)]
    with session.kafka_trouble(settings):
        # What a transaction has not decided yet is not handled either.
        group = consuming(settings, settings.kafka_group, "read_uncommitted")
        async with group as consumer:
            return list(await _behind(settings, consumer, sources))


async def _behind(
    settings: Settings, consumer: AIOKafkaConsumer, sources: list[TopicPartition]
) -> Iterator[Check]:
    begins = await consumer.beginning_offsets(sources)
    ends = await true_ends(consumer, sources)
    offsets = await asyncio.gather(*(consumer.committed(source) for source in sources))
    committed = dict(zip(sources, offsets, strict=True))
    behind = {
        topic: sum(
            max(0, ends[source] - max(committed[source] or 0, begins[source]))
            for source in sources
            if source.topic == topic
        )
        for topic in dict.fromkeys(source.topic for source in sources)
    }
    read = {source.topic for source, offset in committed.items() if offset is not None}
    return (_lag_of(settings, topic, count, topic in read) for topic, count in behind.items())


def _lag_of(settings: Settings, topic: str, count: int, read: bool) -> Check:
    seen = f"group {settings.kafka_group} is {count} messages behind"
    if count and not read:
        fix = "No worker has read it: start `gridfeed worker` (its group is GRIDFEED_KAFKA_GROUP)."
        return Check(f"lag {topic}", seen, fix)
    return Check(f"lag {topic}", seen)
