"""Sends messages in order, partition by partition, and reports their places in Kafka."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import numpy as np
import pyarrow as pa
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.producer.message_accumulator import BatchBuilder

from cli.proof.traffic import Traffic
from gridfeed.kafka.clients import start_producer
from gridfeed.settings import Settings

log = structlog.get_logger()

#: At most this many batches are on their way; then sending waits for the broker.
_MOST_IN_FLIGHT = 256


class UnplacedError(Exception):
    """Kafka acknowledged a batch without saying its offset."""


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator["Outbox"]:
    """Give an outbox whose producer is idempotent and never gives up a batch that it took.

    A broker may be away for any time: the retries lose, double or reorder nothing.
    """
    producer = await start_producer(
        settings,
        max_batch_size=1 << 18,
        retry_backoff_ms=200,
        without_idempotence={"request_timeout_ms": 600_000},
    )
    try:
        yield Outbox(producer)
    finally:
        await producer.stop()


class Outbox:
    """Takes traffic in order. Each message becomes one record."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        """producer: already started."""
        self._producer = producer
        self._partitioner = DefaultPartitioner()
        self._chosen: dict[tuple[str, bytes], int] = {}
        self._in_flight: set[asyncio.Future[object]] = set()
        self._placed: list[pa.Table] = []
        self._failure: BaseException | None = None

    async def send(self, traffic: Traffic) -> None:
        """Queue the messages; wait while the brokers are behind."""
        await self._learn_partitions(traffic)
        groups: dict[tuple[str, int], list[int]] = defaultdict(list)
        for row, (topic, key) in enumerate(_destinations(traffic)):
            groups[topic, self._chosen[topic, key]].append(row)
        for (topic, partition), group in groups.items():
            for rows, batch in self._batches(traffic, group):
                await self._submit(batch, traffic.records.take(rows), topic, partition)

    async def flush(self) -> None:
        """Wait until all messages are acknowledged."""
        while self._in_flight:
            await asyncio.wait(self._in_flight)
        self._raise_failure()

    def placed(self) -> pa.Table | None:
        """Return the messages acknowledged since the last call, as rows of the ledger."""
        self._raise_failure()
        placed, self._placed = self._placed, []
        return pa.concat_tables(placed) if placed else None

    def _batches(
        self, traffic: Traffic, rows: list[int]
    ) -> Iterator[tuple[list[int], BatchBuilder]]:
        taken: list[int] = []
        batch = self._producer.create_batch()
        for row in rows:
            key, value = traffic.keys[row], traffic.values[row]
            if batch.append(key=key, value=value, timestamp=None) is None:
                yield taken, batch
                taken, batch = [], self._producer.create_batch()
                batch.append(key=key, value=value, timestamp=None)
            taken.append(row)
        batch.close()
        yield taken, batch

    async def _submit(
        self, batch: BatchBuilder, records: pa.Table, topic: str, partition: int
    ) -> None:
        while len(self._in_flight) >= _MOST_IN_FLIGHT:
            await asyncio.wait(self._in_flight, return_when=asyncio.FIRST_COMPLETED)
        self._raise_failure()
        while True:
            try:
                future = await self._producer.send_batch(batch, topic, partition=partition)
                break
            # The previous batch is still waiting, so the producer did not take this one.
            except KafkaTimeoutError:
                log.warning("brokers are behind, waiting", setting="GRIDFEED_KAFKA_BOOTSTRAP")
        self._in_flight.add(future)
        future.add_done_callback(lambda done: self._acknowledged(done, records, partition))

    def _acknowledged(
        self, future: "asyncio.Future[object]", records: pa.Table, partition: int
    ) -> None:
        self._in_flight.discard(future)
        if future.cancelled():
            return
        if (error := future.exception()) is not None:
            self._failure = error
            return
        first = int(future.result().offset)  # type: ignore[attr-defined]
        if first < 0:
            self._failure = UnplacedError(
                "Kafka acknowledged a repeated batch whose place it no longer knows, so no ledger "
                "of it can be exact; simulate again"
            )
            return
        partitions = np.full(len(records), partition, np.int32)
        offsets = np.arange(first, first + len(records))
        self._placed.append(
            records.append_column("partition", pa.array(partitions)).append_column(
                "offset", pa.array(offsets)
            )
        )

    async def _learn_partitions(self, traffic: Traffic) -> None:
        """Choose each key's partition by the key's hash, as every producer does."""
        for topic, key in set(_destinations(traffic)) - self._chosen.keys():
            known = sorted(await self._producer.partitions_for(topic))
            self._chosen[topic, key] = self._partitioner(key, known, known)

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure


def _destinations(traffic: Traffic) -> Iterator[tuple[str, bytes]]:
    """Return the topic and the key of every message."""
    return zip(traffic.records["topic"].to_pylist(), traffic.keys, strict=True)
