"""Where partitions end, on brokers that do not say it exactly."""

import asyncio
import contextlib
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition

_LOOK_SECONDS = 10


async def true_ends(
    consumer: AIOKafkaConsumer, sources: Iterable[TopicPartition]
) -> dict[TopicPartition, int]:
    """Return the offset after the last record of each partition; assigns them to the consumer.

    A consumer that reads committed messages only does not get further than `readable_ends`.

    The embedded broker answers ListOffsets with the offset after the *first* record of the last
    batch. What a fetch says is exact on every broker, so the last batch is fetched.
    """
    sources = list(sources)
    ends = await _fetched_near_ends(consumer, sources)
    return {source: max(end, consumer.highwater(source) or 0) for source, end in ends.items()}


async def readable_ends(
    consumer: AIOKafkaConsumer, sources: Iterable[TopicPartition]
) -> dict[TopicPartition, int]:
    """Return where each partition ends, or its first undecided transaction begins.

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
    """Return the ends that the broker tells; what a fetch says is known to the consumer then."""
    ends: dict[TopicPartition, int] = dict(await consumer.end_offsets(sources))
    begins = await consumer.beginning_offsets(sources)
    left = {source for source, end in ends.items() if begins[source] < end}
    consumer.assign(sources)
    consumer.pause(*(set(sources) - left))
    for source in left:
        consumer.seek(source, ends[source] - 1)
    # A partition may end in what is no record and answers nothing: then the first answer stands.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LOOK_SECONDS):
            while left:
                await consumer.getmany(*left, timeout_ms=200)
                left = {each for each in left if await consumer.position(each) < ends[each]}
    return ends
