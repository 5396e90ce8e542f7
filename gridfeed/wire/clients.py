"""Kafka clients of short commands: they close also when they could not start."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from gridfeed.settings import Settings


@asynccontextmanager
async def consuming(
    settings: Settings, group: str | None = None
) -> AsyncIterator[AIOKafkaConsumer]:
    """Give a consumer to assign by hand; it commits nothing. `group` lets it ask for commits."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


@asynccontextmanager
async def producing(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    """Give a producer whose messages are acknowledged by all in-sync replicas."""
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap, acks="all", linger_ms=5)
    try:
        await producer.start()
        yield producer
    finally:
        await producer.stop()
