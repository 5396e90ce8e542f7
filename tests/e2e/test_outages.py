"""Broker and database go away under a worker: it says so, survives, and nothing is lost."""

import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from cli.local.broker import EmbeddedBroker
from cli.local.database import EmbeddedDatabase
from gridfeed.kafka.topics import Stream
from tests.e2e.load import PROJECT, Load, assert_exact, assert_feed_is_whole
from tests.e2e.system import PATIENCE_SECONDS, System, installed
from tests.plain_http import PLAIN

pytestmark = [pytest.mark.fault, pytest.mark.slow]

METRICS_PORT = "19117"


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory of this test's own services, which another user may have to enter."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture
def broker(directory: Path) -> Iterator[EmbeddedBroker]:
    """A broker that the test may kill; it forgets everything when it is."""
    broker = EmbeddedBroker(directory)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def database(directory: Path) -> Iterator[EmbeddedDatabase]:
    """A database that the test may kill."""
    database = EmbeddedDatabase(directory)
    database.start()
    yield database
    database.stop()


@pytest.fixture
async def mortal(
    broker: EmbeddedBroker, database: EmbeddedDatabase, tmp_path: Path
) -> AsyncIterator[System]:
    """An installation with services of its own, a fleet and a worker."""
    environment = {
        "GRIDFEED_KAFKA_BOOTSTRAP": broker.bootstrap,
        "GRIDFEED_DATABASE_URL": database.url,
        "GRIDFEED_TOPIC_PARTITIONS": "4",
        "GRIDFEED_KAFKA_SESSION_SECONDS": "6",
        "GRIDFEED_PUBLISH_SECONDS": "0.2",
        "GRIDFEED_CHECKPOINT_SECONDS": "1",
        "GRIDFEED_WORKER_METRICS_PORT": METRICS_PORT,
    }
    async with installed(environment, tmp_path) as system:
        system.run("migrate")
        system.run("projects", "apply", "-", given=PROJECT)
        system.start("worker")
        until_ready(missing="")
        yield system


def until_ready(*, missing: str) -> None:
    """Wait until the worker's /readyz is well, or names what is missing."""
    deadline, said = time.monotonic() + PATIENCE_SECONDS, ""
    while time.monotonic() < deadline:
        try:
            answer = httpx.get(f"http://127.0.0.1:{METRICS_PORT}/readyz", **PLAIN)
        except httpx.TransportError as error:
            said = repr(error)
        else:
            said = answer.text
            if (answer.status_code == 503 and missing in said) if missing else answer.is_success:
                return
        time.sleep(0.1)  # it answers when asked
    pytest.fail(f"/readyz says {said}, not {missing or 'that all is well'}")


async def test_a_database_that_dies_and_comes_back_costs_nothing(
    mortal: System, database: EmbeddedDatabase
) -> None:
    load = Load(seconds=900)
    first, second, third = load.chunks(3)
    await mortal.send(Stream.TELEMETRY, first)
    database.kill()
    await mortal.send(Stream.TELEMETRY, second)
    until_ready(missing="GRIDFEED_DATABASE_URL")
    database.start()
    until_ready(missing="")
    await mortal.send(Stream.TELEMETRY, third)
    await mortal.wait_until_handled()
    await assert_exact(mortal, load)
    await assert_feed_is_whole(mortal)


async def test_a_broker_that_comes_back_with_an_empty_log_is_read_from_its_start(
    mortal: System, broker: EmbeddedBroker
) -> None:
    load = Load(seconds=900)
    first, second = load.chunks(2)
    await mortal.send(Stream.TELEMETRY, first)
    await mortal.wait_until_handled()
    broker.kill()
    until_ready(missing="GRIDFEED_KAFKA_BOOTSTRAP")
    broker.start()
    mortal.run("topics", "--create")
    await mortal.eventually(
        "SELECT count(*) FROM ingest_source WHERE generation = 2 AND topic = 'scada.telemetry'",
        until=4,
    )
    await mortal.send(Stream.TELEMETRY, second)
    await mortal.wait_until_handled()
    await assert_exact(mortal, load, letters_kept=False)
    until_ready(missing="")
