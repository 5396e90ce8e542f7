"""The yardstick: `aiokafka.getmany` over all partitions. The records are not used.

python -m cli.bench.getmany MESSAGES
"""

import asyncio
import sys
import time

from aiokafka import TopicPartition

from cli.bench.contender import end_with_parent, say
from gridfeed.kafka.clients import consuming
from gridfeed.kafka.topics import Stream, input_topic
from gridfeed.settings import Settings, load


async def read(settings: Settings, messages: int) -> float:
    """Return the seconds from the first fetch to the last message."""
    topic = input_topic(settings, Stream.TELEMETRY)
    async with consuming(settings) as consumer:
        consumer.assign(
            [TopicPartition(topic, number) for number in range(settings.topic_partitions)]
        )
        await consumer.seek_to_beginning()
        began, seen = time.perf_counter(), 0
        while seen < messages:
            fetched = await consumer.getmany(timeout_ms=1000)
            seen += sum(len(records) for records in fetched.values())
        return time.perf_counter() - began


if __name__ == "__main__":
    end_with_parent()
    say(asyncio.run(read(load(), int(sys.argv[1]))))
