"""Kafka clients that close also when they could not start."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from types import MappingProxyType
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaError,
    UnknownError,
    UnsupportedVersionError,
)

from gridfeed.kafka.diagnosis import diagnosed
from gridfeed.kafka.security import client_options
from gridfeed.settings import Settings

log = structlog.get_logger()

_NOTHING: Mapping[str, Any] = MappingProxyType({})

#: How long a broker may take to answer, and to be connected to. One that stays silent for longer is
#: asked again over a fresh connection: aiokafka closes the one that the answer did not come on.
REQUEST_SECONDS = 8.0
_REQUEST_MS = int(REQUEST_SECONDS * 1000)
#: What one answer to a fetch brings of all partitions, so that it comes in time on a slow line.
FETCH_BYTES = 8 * 1024 * 1024


async def start_producer(
    settings: Settings, *, without_idempotence: Mapping[str, Any] = _NOTHING, **options: Any
) -> AIOKafkaProducer:
    """Start a producer that all in-sync replicas acknowledge; idempotent where the broker can.

    options: of aiokafka's producer; without_idempotence: more of them, for a broker that has no
    idempotent producers, such as the embedded one. Raises KafkaError while the brokers are away.
    """
    try:
        return await _started(settings, enable_idempotence=True, **options)
    except (UnknownError, UnsupportedVersionError):
        log.debug("the broker has no idempotent producers; a retry may repeat records")
        return await _started(settings, **{**options, **without_idempotence})


async def _started(settings: Settings, **options: Any) -> AIOKafkaProducer:
    usual = {"acks": "all", "request_timeout_ms": _REQUEST_MS}
    producer = AIOKafkaProducer(**client_options(settings) | usual | options)
    await started(settings, producer)
    return producer


async def stop_producer(producer: AIOKafkaProducer, seconds: float) -> None:
    """Send what is waiting and disconnect; what is not sent in time fails with KafkaError."""
    try:
        await asyncio.wait_for(producer.stop(), seconds)
    except TimeoutError:
        log.warning("brokers are away; messages that wait for them are given up")
        await producer._sender.close()  # noqa: SLF001 - it would try for ever
        error = KafkaConnectionError("the producer was stopped while the brokers were away")
        producer._message_accumulator.fail_all(error)  # noqa: SLF001
        await producer.client.close()


async def stop_consumer(consumer: AIOKafkaConsumer, seconds: float) -> None:
    """Disconnect a consumer without a group; one that cannot in time is left."""
    with suppress(TimeoutError):
        await asyncio.wait_for(consumer.stop(), seconds)


async def started(settings: Settings, client: AIOKafkaProducer | AIOKafkaConsumer) -> None:
    """Start a client; one that cannot start is closed.

    Raises KafkaError, a BrokerRefusesError where the brokers are there and do not serve us.
    """
    try:
        await client.start()
    except BaseException as error:
        await client.stop()
        if isinstance(error, KafkaError):
            raise await diagnosed(settings, error) from error
        raise


def new_consumer(settings: Settings, **options: Any) -> AIOKafkaConsumer:
    """Return a consumer to start, whose partitions are assigned by hand; it commits nothing."""
    return AIOKafkaConsumer(
        **client_options(settings),
        enable_auto_commit=False,
        request_timeout_ms=_REQUEST_MS,
        fetch_max_bytes=FETCH_BYTES,
        **options,
    )


@asynccontextmanager
async def consuming(
    settings: Settings, group: str | None = None, isolation_level: str = "read_committed"
) -> AsyncIterator[AIOKafkaConsumer]:
    """Give a consumer to assign by hand; it commits nothing. `group` lets it ask for commits.

    isolation_level: read_uncommitted sees also what transactions aborted or have not decided.
    """
    consumer = new_consumer(
        settings,
        group_id=group,
        auto_offset_reset="earliest",
        isolation_level=isolation_level,
    )
    await started(settings, consumer)
    try:
        yield consumer
    finally:
        await consumer.stop()


@asynccontextmanager
async def producing(settings: Settings, **options: Any) -> AsyncIterator[AIOKafkaProducer]:
    """Give a producer whose messages are acknowledged by all in-sync replicas.

    options: of aiokafka's producer.
    """
    producer = await _started(settings, linger_ms=5, **options)
    try:
        yield producer
    finally:
        await producer.stop()
