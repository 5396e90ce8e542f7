"""What a group's reassignment brings while a fetch waits for it."""

import asyncio

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.consumer.fetcher import FetchError
from aiokafka.errors import NoOffsetForPartitionError

from stream.batch_thread import BatchConsumerThread
from tests.services import create_topics


async def test_a_partition_without_committed_offset_that_comes_during_a_fetch_begins_at_its_start(
    kafka: str, topic_suffix: str
) -> None:
    await create_topics(kafka, topic_suffix)
    thread = BatchConsumerThread.__new__(BatchConsumerThread)
    thread.taken, thread.out_of_range = {}, {}
    async with AIOKafkaConsumer(
        topic_suffix, bootstrap_servers=kafka, group_id=topic_suffix, auto_offset_reset="none"
    ) as consumer:
        fetcher, place = consumer._fetcher, TopicPartition(topic_suffix, 0)
        subscriptions = fetcher._subscriptions
        subscriptions.begin_reassignment()
        fetching = asyncio.create_task(thread._drained(fetcher, {place}))
        await asyncio.sleep(0)
        error = FetchError(error=NoOffsetForPartitionError(place), backoff=0)
        subscriptions.assign_from_subscribed([place])
        fetcher._records[place] = error
        assert await fetching == {}
        assert subscriptions.subscription.assignment.state_value(place).awaiting_reset
