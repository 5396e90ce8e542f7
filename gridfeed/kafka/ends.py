"""Finds where partitions end, even if the broker's own answer is not exact."""

import asyncio
import contextlib
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition

_LOOK_SECONDS = 10


async def true_ends(
    consumer: AIOKafkaConsumer, sources: Iterable[TopicPartition]
) -> dict[TopicPartition, int]:
    """Return the offset after the last record of each partition; assigns them to the consumer.

    A consumer that reads only committed messages gets no further than `readable_ends`.

    The embedded broker answers ListOffsets with the offset after the *first* record of the last
    batch. A fetch returns the exact end on every broker, so the last batch is fetched.
    """
    sources = list(sources)
    ends = await _fetched_near_ends(consumer, sources)
    return {source: max(end, consumer.highwater(source) or 0) for source, end in ends.items()}


async def readable_ends(
    consumer: AIOKafkaConsumer, sources: Iterable[TopicPartition]
) -> dict[TopicPartition, int]:
    """Return where each partition ends, or where its first undecided transaction begins.

    Assigns the partitions to the consumer.
    """
    sources = list(sources)
    ends = await _fetched_near_ends(consumer, sources)
    return {
        source: max(end, consumer.last_stable_offset(source) or 0) for source, end in ends.items()
    }


async def _fetched_near_ends(
    consumer: AIOKafkaConsumer, sources: list[TopicPartition]
) -> dict[TopicPartition, int]:
    """Return the ends that the broker reports; afterwards the consumer knows those of a fetch."""
    ends: dict[TopicPartition, int] = dict(await consumer.end_offsets(sources))
    begins = await consumer.beginning_offsets(sources)
    left = {source for source, end in ends.items() if begins[source] < end}
    consumer.assign(sources)
    consumer.pause(*(set(sources) - left))
    for source in left:
        consumer.seek(source, ends[source] - 1)
    # The last offset may belong to no record, so that no fetch answers: the reported end stands.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LOOK_SECONDS):
            while left:
                await consumer.getmany(*left, timeout_ms=200)
                left = {each for each in left if await consumer.position(each) < ends[each]}
    return ends
