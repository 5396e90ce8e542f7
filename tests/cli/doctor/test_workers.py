"""Workers as the broker knows them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer

from gridfeed.kafka.topic_admin import describe_group
from gridfeed.kafka.topics import input_topics
from tests.cli.doctor.conftest import checked


@asynccontextmanager
async def reading(settings, topics) -> AsyncIterator[None]:
    """Be in the workers' group and read the topics."""
    consumer = AIOKafkaConsumer(
        *topics, bootstrap_servers=settings.kafka_bootstrap, group_id=settings.kafka_group
    )
    await consumer.start()
    try:
        yield
    finally:
        await consumer.stop()


async def test_no_worker_is_a_problem(settings):
    found = (await checked(settings))["workers"]
    assert (found.state, found.seen) == (
        "problem",
        f"none is alive in group {settings.kafka_group}",
    )
    assert found.fix.startswith("Start `gridfeed worker`")


async def test_workers_that_read_everything_are_well(settings):
    async with reading(settings, input_topics(settings)):
        found = await checked(settings)
    assert found["workers"].state == "ok"
    assert found["workers"].seen.startswith(f"1 alive in group {settings.kafka_group}")
    assert "partitions" not in found or found["partitions"].seen == "each has a worker"


async def test_partitions_that_no_worker_reads_are_named(settings):
    topics = list(input_topics(settings))
    async with reading(settings, topics[1:]):
        group = await describe_group(settings, settings.kafka_group)
        if not any(group.assignments):
            pytest.skip("the embedded broker does not tell what members of a group own")
        found = (await checked(settings))["partitions"]
    assert found.state == "problem"
    assert found.seen == f"no worker reads {topics[0]} 0, {topics[0]} 1"
