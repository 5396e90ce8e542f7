"""Kafka clients that are closed even if they could not start."""

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

#: How long a broker may take to accept a connection or to answer. If it stays silent for longer, it
#: is asked again over a fresh connection: aiokafka closes the silent one.
REQUEST_SECONDS = 8.0
_REQUEST_MS = int(REQUEST_SECONDS * 1000)
#: Bytes that one answer to a fetch brings of all partitions, so that it arrives in time even over a
#: slow line.
FETCH_BYTES = 8 * 1024 * 1024


async def start_producer(
    settings: Settings, *, without_idempotence: Mapping[str, Any] = _NOTHING, **options: Any
) -> AIOKafkaProducer:
    """Start a producer that all in-sync replicas acknowledge; idempotent if the broker can.

    options: of aiokafka's producer. without_idempotence: more options, for a broker without
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
    """Send the waiting messages and disconnect; messages not sent in time fail with KafkaError."""
    try:
        await asyncio.wait_for(producer.stop(), seconds)
    except TimeoutError:
        log.warning("the brokers do not answer; waiting messages are given up")
        await producer._sender.close()  # noqa: SLF001 - it would try for ever
        error = KafkaConnectionError("the producer was stopped while the brokers were away")
        producer._message_accumulator.fail_all(error)  # noqa: SLF001
        await producer.client.close()


async def stop_consumer(consumer: AIOKafkaConsumer, seconds: float) -> None:
    """Disconnect a consumer without a group; stop waiting if it takes too long."""
    with suppress(TimeoutError):
        await asyncio.wait_for(consumer.stop(), seconds)


async def started(settings: Settings, client: AIOKafkaProducer | AIOKafkaConsumer) -> None:
    """Start a client; close it if it cannot start.

    Raises KafkaError, or BrokerRefusesError if a broker answers but refuses the client.
    """
    try:
        await client.start()
    except BaseException as error:
        await client.stop()
        if isinstance(error, KafkaError):
            raise await diagnosed(settings, error) from error
        raise


def new_consumer(settings: Settings, **options: Any) -> AIOKafkaConsumer:
    """Return an unstarted consumer; its partitions are assigned by hand, and it commits nothing."""
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

    isolation_level: with read_uncommitted it also sees messages of aborted and undecided
    transactions.
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
    """Give a producer whose messages all in-sync replicas acknowledge.

    options: of aiokafka's producer.
    """
    producer = await _started(settings, linger_ms=5, **options)
    try:
        yield producer
    finally:
        await producer.stop()
