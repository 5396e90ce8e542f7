"""Fetching goes on at once however busy the worker is, with partitions that are quiet beside it."""

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from aiokafka import AIOKafkaProducer
from faust.types import StreamT

from stream.batch_transport import Batch
from tests.services import create_topics
from tests.stream.test_batch_transport import Reader

RECORDS = 600
RECORD_BYTES = 10_000
BUSY_SECONDS = 0.2


class BusyReader(Reader):
    """Keeps the event loop busy over every batch, longer than aiokafka waits for its records."""

    def agent(self) -> Callable[[StreamT[Batch]], object]:
        self.times: list[float] = []
        self.read = 0

        async def agent(stream: StreamT[Batch]) -> None:
            async for event in stream.noack().events():
                time.sleep(BUSY_SECONDS)  # noqa: ASYNC251 - as computing does
                self.times.append(time.monotonic())
                self.read += len(event.value.records)

        return agent


async def fill(kafka: str, topic: str, partition: int) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for _ in range(RECORDS):
            await producer.send(topic, bytes(RECORD_BYTES), partition=partition)


async def test_a_busy_worker_never_waits_for_messages_of_quiet_partitions(
    kafka: str, topic_suffix: str, tmp_path: Path
) -> None:
    await create_topics(kafka, topic_suffix, partitions=3)
    await fill(kafka, topic_suffix, 0)
    reader = BusyReader(kafka, topic_suffix, tmp_path)
    async with reader.app:
        await reader.until(lambda: reader.read == RECORDS)
    pauses = [later - former for former, later in pairwise(reader.times)]
    # A fetch of the quiet partitions alone would be answered after 1.5 s.
    assert max(pauses, default=0) < BUSY_SECONDS + 1.0
