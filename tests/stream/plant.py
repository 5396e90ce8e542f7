"""One topic partition and what its owners work with, on a real broker and a real database."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer, ConsumerRecord
from faust.types import TP, EventT
from pydantic import SecretStr

from cli.projects.file import read_file
from gridfeed.avro.encode import encode_telemetry
from gridfeed.kafka.topics import Stream, dead_letters_topic, input_topic
from gridfeed.settings import Settings
from gridfeed.storage.catalogue import apply
from gridfeed.storage.connect import open_pool
from stream.dead_letters import DeadLetters
from stream.ingestion import KINDS
from stream.log_reader import LogReader
from stream.meters import Meters
from stream.partition import Partition, Tools
from tests.cli.kafka_contents import read_contents
from tests.services import create_topics
from tests.stream.test_batch_transport import Reader

PROJECTS = """
projects:
  - id: p
    timezone: UTC
    interval_seconds: 300
    meters: [{number: m, capacity_kw: 100}, {number: n, capacity_kw: 100}]
"""
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
#: No message: a dead letter.
SPOILED = b"spoiled"


def sample(minute: int, power_kw: float = 6.0, meter: str = "m") -> bytes:
    """Return a sample, observed minutes after noon."""
    return encode_telemetry(meter, NOON + timedelta(minutes=minute), power_kw)


@dataclass
class Plant:
    """A partition's log as a real consumer reads it, and the tools of its owners."""

    tools: Tools
    tp: TP
    stream: Stream
    reader: Reader
    crashes: list[BaseException] = field(default_factory=list)

    def owner(self) -> Partition:
        """Return somebody who may open the partition; the last one who did owns it."""
        return KINDS[self.stream](self.tools, self.tp, self.stream, None)

    async def send(self, *messages: bytes) -> None:
        """Append messages to the log, all in one batch."""
        bootstrap = self.tools.settings.kafka_bootstrap
        async with AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=200) as producer:
            await asyncio.gather(
                *[await producer.send(self.tp.topic, each, b"k", partition=0) for each in messages]
            )

    async def event(self) -> EventT:
        """Return the next batch that was fetched."""
        await self.reader.until(lambda: bool(self.reader.events))
        return self.reader.events.pop(0)

    async def sent(self, *messages: bytes) -> EventT:
        """Append messages and return them as one batch."""
        await self.send(*messages)
        event = await self.event()
        assert len(event.value.records) == len(messages)
        return event

    async def handled(self, partition: Partition, end: int) -> None:
        """Let the partition handle what is fetched until it has reached an offset."""
        while partition.position < end:
            await partition.receive(await self.event())

    async def publish(self, partition: Partition, *, checkpoint: bool = False) -> None:
        """Publish as the ingestion does."""
        async with partition.publishing:
            await partition.publish(checkpoint=checkpoint)

    async def fetch(self, query: str, *arguments: object) -> list[tuple[Any, ...]]:
        """Return rows of the database as tuples."""
        return [tuple(row) for row in await self.tools.pool.fetch(query, *arguments)]

    async def offset(self) -> int:
        """Return the offset that counts."""
        query = "SELECT next_offset FROM ingest_source WHERE topic = $1"
        return int((await self.fetch(query, self.tp.topic))[0][0])

    async def energies(self) -> list[int | None]:
        """Return the published energies in the order of their intervals, 10^-6 kWh."""
        query = "SELECT energy_microkwh FROM interval_value ORDER BY meter_id, interval_start"
        return [row[0] for row in await self.fetch(query)]

    async def letters(self) -> list[ConsumerRecord]:
        """Return all dead letters."""
        settings = self.tools.settings
        topic = dead_letters_topic(settings)
        return list((await read_contents(settings.kafka_bootstrap, [topic], 1)).values())


async def until(true: Callable[[], object], seconds: float = 40.0) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what is looked at tells nobody
            await asyncio.sleep(0.02)


@asynccontextmanager
async def planted(settings: Settings, stream: Stream, directory: Path) -> AsyncIterator[Plant]:
    """Give a plant of meters m and n with an empty log; nobody owns its partition."""
    topic = input_topic(settings, stream)
    await create_topics(settings.kafka_bootstrap, topic, dead_letters_topic(settings))
    pool, logs = await open_pool(settings), LogReader(settings)
    async with pool.acquire() as connection:
        declared = read_file(PROJECTS)
        await apply(connection, declared.projects, declared.customer)
    letters, reader = (
        DeadLetters(settings, logs),
        Reader(settings.kafka_bootstrap, topic, directory),
    )
    await logs.start()
    await letters.start()
    crashes: list[BaseException] = []
    tools = Tools(
        settings=settings,
        pool=pool,
        logs=logs,
        letters=letters,
        meters=Meters(settings, pool),
        consumer=lambda: reader.consumer,
        crash=crashes.append,
    )
    try:
        async with reader.app:
            await reader.until(lambda: bool(reader.app.consumer.assignment()))
            yield Plant(tools, TP(topic, 0), stream, reader, crashes)
    finally:
        await letters.stop()
        await logs.stop()
        await pool.close()


def settings_of(kafka: str, database_url: str, prefix: str) -> Settings:
    """Return settings of a worker that checkpoints when it is told to."""
    return Settings(
        kafka_bootstrap=kafka,
        database_url=SecretStr(database_url),
        topic_prefix=prefix,
        checkpoint_seconds=600,
        publish_seconds=0.1,
    )
