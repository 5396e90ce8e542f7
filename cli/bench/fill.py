"""Fills a topic as producers do: keyed by meter, in order, in batches of the default size."""

import asyncio
from collections.abc import Iterator

import numpy as np
from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.producer.message_accumulator import BatchBuilder

from cli.bench.load import Load
from cli.proof.fleet import Plan
from gridfeed.avro.encode import encode_telemetry_batch
from gridfeed.avro.telemetry import Telemetry
from gridfeed.kafka.clients import producing
from gridfeed.settings import Settings


async def fill(settings: Settings, topic: str, load: Load, plan: Plan) -> None:
    """Send every message of the load."""
    async with producing(settings) as producer:
        partitions = sorted(await producer.partitions_for(topic))
        choose = DefaultPartitioner()
        keys = [meter.meter_number.encode() for meter in load.project().meters]
        chosen = {key: choose(key, partitions, partitions) for key in keys}
        for chunk in load.chunks(plan):
            waiting = [
                await producer.send_batch(batch, topic, partition=partition)
                for partition, batch in _batches(producer, chunk, chosen)
            ]
            await asyncio.gather(*waiting)


def _batches(
    producer: AIOKafkaProducer, chunk: Telemetry, chosen: dict[bytes, int]
) -> Iterator[tuple[int, BatchBuilder]]:
    """Yield full batches; those of one partition come in order."""
    keys = [number.encode() for number in chunk.meter_numbers.to_list()]
    values = encode_telemetry_batch(chunk)
    placed = np.array([chosen[key] for key in keys])
    for partition in np.unique(placed).tolist():
        batch = producer.create_batch()
        for row in np.flatnonzero(placed == partition).tolist():
            if batch.append(key=keys[row], value=values[row], timestamp=None) is None:
                yield partition, batch
                batch = producer.create_batch()
                batch.append(key=keys[row], value=values[row], timestamp=None)
        yield partition, batch
