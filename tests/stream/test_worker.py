"""A worker in this process: what it waits for, what it takes up, and what it leaves behind."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaProducer
from pydantic import SecretStr

from cli.projects.file import read_file
from gridfeed.kafka.topics import Stream, input_topic, topic_specs
from gridfeed.settings import Settings
from gridfeed.storage.catalogue import apply
from gridfeed.storage.connect import Connection
from gridfeed.storage.migrate import migrate
from stream.worker import Worker
from tests.plain_http import PLAIN
from tests.services import create_topics
from tests.stream.plant import PROJECTS, sample, settings_of, until

OFFSETS = "SELECT max(next_offset) FROM ingest_source"


@pytest.fixture
async def topics(settings: Settings) -> str:
    """Every topic of the contract; the one of telemetry."""
    await create_topics(settings.kafka_bootstrap, *(each.name for each in topic_specs(settings)))
    return input_topic(settings, Stream.TELEMETRY)


@pytest.fixture
async def declared(database: Connection) -> Connection:
    """A database with meters m and n."""
    declared = read_file(PROJECTS)
    await apply(database, declared.projects, declared.customer)
    return database


@pytest.fixture
async def working(
    settings: Settings, topics: str, declared: Connection, tmp_path: Path
) -> AsyncIterator[Worker]:
    """A worker that has opened its partitions."""
    worker = Worker(settings, tmp_path)
    async with worker.app:
        await until(lambda: not worker.missing(), 60)
        yield worker


async def send(worker: Worker, topic: str, *messages: bytes) -> None:
    bootstrap = worker.settings.kafka_bootstrap
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        for message in messages:
            await producer.send_and_wait(topic, message)


async def test_a_worker_that_was_not_started_says_that_it_is_starting(
    settings: Settings, tmp_path: Path
) -> None:
    assert Worker(settings, tmp_path).missing() == ["the worker is starting"]


async def test_a_message_is_published_by_a_worker_that_misses_nothing(
    working: Worker, topics: str, declared: Connection
) -> None:
    await send(working, topics, sample(0), sample(6))
    async with asyncio.timeout(60):
        while not await declared.fetchval("SELECT count(*) FROM interval_value"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # the database tells nobody
    assert working.missing() == []


async def test_a_worker_that_stops_leaves_what_it_read_with_its_offset(
    settings: Settings, topics: str, declared: Connection, tmp_path: Path
) -> None:
    worker = Worker(settings, tmp_path)
    async with worker.app:
        await until(lambda: not worker.missing(), 60)
        await send(worker, topics, sample(0), sample(6))
        async with asyncio.timeout(60):
            while not await declared.fetchval("SELECT count(*) FROM change"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)  # the database tells nobody
    assert await declared.fetchval(OFFSETS) == 2
    assert await declared.fetchval("SELECT sum(samples) FROM sample_block") == 2


async def test_a_worker_waits_for_the_migrations_of_its_version(
    kafka: str, empty_database_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    settings = settings_of(kafka, empty_database_url, topic_prefix)
    await create_topics(kafka, *(each.name for each in topic_specs(settings)))
    worker = Worker(settings, tmp_path)
    starting = asyncio.create_task(worker.app.start())
    await asyncio.sleep(1)
    assert worker.missing() == ["the worker is starting"]
    connection = await asyncpg.connect(empty_database_url)
    await migrate(connection)
    await connection.close()
    await until(lambda: not worker.missing(), 60)
    await starting
    await worker.app.stop()


async def test_a_database_that_is_away_is_named_with_its_setting_by_readyz(
    settings: Settings, tmp_path: Path, unused_tcp_port: int
) -> None:
    nowhere = SecretStr("postgresql://nobody@127.0.0.1:1/none")
    changed = {"database_url": nowhere, "worker_metrics_port": unused_tcp_port}
    worker = Worker(settings.model_copy(update=changed), tmp_path)
    starting = asyncio.create_task(worker.app.start())
    await until(lambda: len(worker.missing()) > 1)
    async with httpx.AsyncClient(**PLAIN) as client:
        answer = await client.get(f"http://127.0.0.1:{unused_tcp_port}/readyz")
    starting.cancel()
    await asyncio.wait([starting])
    await worker.operations.stop()
    assert answer.status_code == 503
    assert "GRIDFEED_DATABASE_URL" in answer.text
