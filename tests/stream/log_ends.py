"""What an administrator does to a log: takes its beginning away, makes its topic again."""

import asyncio

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from aiokafka.admin.records_to_delete import RecordsToDelete

from tests.services import create_topics, is_apache


async def delete_records(bootstrap: str, topic: str, before: int, partition: int = 0) -> None:
    """Take the records before an offset out of the log, as retention does."""
    if not await is_apache(bootstrap):
        pytest.skip("the embedded broker deletes no records; tested on Apache Kafka")
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        tp = TopicPartition(topic, partition)
        await admin.delete_records({tp: RecordsToDelete(before)})
    finally:
        await admin.close()


async def remove(bootstrap: str, topic: str) -> None:
    """Delete a topic and wait until its name is free."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([topic])
        async with asyncio.timeout(40):
            while topic in await admin.list_topics():  # noqa: ASYNC110 - nobody is told
                await asyncio.sleep(0.2)
    finally:
        await admin.close()


async def make_again(bootstrap: str, topic: str, partitions: int = 1) -> None:
    """Delete a topic and create it again as soon as its name is free."""
    await remove(bootstrap, topic)
    await create_topics(bootstrap, topic, partitions=partitions)


async def add_partitions(bootstrap: str, topic: str, total: int) -> None:
    """Raise the number of a topic's partitions."""
    if not await is_apache(bootstrap):
        pytest.skip("the embedded broker cannot add partitions; tested on Apache Kafka")
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_partitions({topic: NewPartitions(total)})
    finally:
        await admin.close()
