"""Checks the lag of the workers' group behind the ends of the input topics."""

import asyncio
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition

from cli import session
from cli.doctor.check import Check
from gridfeed.kafka.clients import consuming
from gridfeed.kafka.ends import true_ends
from gridfeed.kafka.topic_admin import GroupState
from gridfeed.settings import Settings


async def look(
    settings: Settings, inputs: Mapping[str, int], group: GroupState | None
) -> list[Check]:
    """Return the lag of each input topic.

    inputs: the number of partitions of each topic. group: the workers' group, if the broker tells.
    """
    is_alive = group is not None and bool(group.assignments)
    sources = [TopicPartition(topic, n) for topic, count in inputs.items() for n in range(count)]
    with session.kafka_trouble(settings):
        # Messages of an open transaction are not handled either, so they count.
        asking = consuming(settings, settings.kafka_group, "read_uncommitted")
        async with asking as consumer:
            behind, read = await _behind(consumer, sources)
    # A worker commits offsets at its checkpoints, so a new worker has not committed any yet.
    return [
        _lag_of(settings, topic, count, is_alive or topic in read)
        for topic, count in behind.items()
    ]


async def _behind(
    consumer: AIOKafkaConsumer, sources: list[TopicPartition]
) -> tuple[dict[str, int], set[str]]:
    """Return each topic's number of unhandled messages, and the topics with a committed offset."""
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
    return behind, read


def _lag_of(settings: Settings, topic: str, count: int, read: bool) -> Check:
    seen = f"group {settings.kafka_group} is {count} messages behind"
    if count and not read:
        fix = (
            "No worker has read them: start `gridfeed worker` (its group is GRIDFEED_KAFKA_GROUP)."
        )
        return Check(f"lag {topic}", seen, fix)
    return Check(f"lag {topic}", seen)
