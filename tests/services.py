"""Real Kafka and a real database for tests: given, in containers, or embedded; never a fake.

A URL in the environment wins (`GRIDFEED_TEST_KAFKA`, `GRIDFEED_TEST_DATABASE_URL`; the word
`embedded` asks for the embedded service), then containers if a Docker engine answers, else the
embedded pair. `GRIDFEED_TEST_REQUIRE_REAL=1` accepts only URLs, of Apache Kafka and TimescaleDB.

Tests in several processes (`pytest -n`) share a Kafka that was given, but never a database server:
the feed waits for every transaction on its server, those of other databases too. So
`GRIDFEED_TEST_DATABASE_URL` names one server for each process, separated by spaces.
"""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import docker  # type: ignore[import-untyped]
import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from aiokafka.protocol.admin import ApiVersionRequest
from testcontainers.community.kafka import KafkaContainer
from testcontainers.community.postgres import PostgresContainer

from cli.local.broker import embedded_broker
from cli.local.database import EmbeddedDatabase
from gridfeed.storage.migrate import migrate

KAFKA = "GRIDFEED_TEST_KAFKA"
DATABASE = "GRIDFEED_TEST_DATABASE_URL"
REQUIRE_REAL = "GRIDFEED_TEST_REQUIRE_REAL"
#: What pytest-xdist calls this process: gw0, gw1 and so on.
WORKER = "PYTEST_XDIST_WORKER"
#: Most tests wait more than they compute: so many processes fill two cores.
PROCESSES = 6
#: Each process of tests has containers of its own, and they want more memory.
CONTAINER_PROCESSES = 3
EMBEDDED, CONTAINER = "embedded", "container"
#: PostgreSQL settings of a server whose data lives for one run.
NOT_SYNCED = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "4GB"}
#: A container often has a /dev/shm of 64 MB.
ROOM_BYTES = 8 * 2**30
NOT_GIVEN: tuple[list[str], ...] = ([], [EMBEDDED])

KAFKA_IMAGE = "confluentinc/cp-kafka:7.9.0"
DATABASE_IMAGE = "timescale/timescaledb:2.19.3-pg17"
DATABASE_COMMAND = "postgres -c max_locks_per_transaction=512 -c max_connections=200 -c fsync=off"

#: The request type that asks a KRaft controller for its quorum; only Apache Kafka knows it.
DESCRIBE_QUORUM = 55
TIMESCALEDB = "SELECT default_version FROM pg_available_extensions WHERE name = 'timescaledb'"


@dataclass(frozen=True)
class Choice:
    """Where each service of this process comes from: a URL, EMBEDDED or CONTAINER."""

    kafka: str
    database: str
    real: bool


def processes(environment: Mapping[str, str]) -> int:
    """Return for how many processes there are services; 0 is this process alone."""
    servers = environment.get(DATABASE, "").split()
    if servers not in NOT_GIVEN:
        return len(servers) if len(servers) > 1 else 0
    choice = choose(environment)
    return CONTAINER_PROCESSES if CONTAINER in {choice.kafka, choice.database} else PROCESSES


def let_children_hear_signals(environment: Mapping[str, str]) -> None:
    """Let programs that tests start hear signals that this process was told to ignore.

    Under nohup SIGHUP is ignored, in the background of a script SIGINT; children inherit that, but
    not what is caught. Processes of pytest-xdist are children, too: they catch the hang-up again.
    """
    if WORKER in environment or signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: None)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda *_: None)


def assert_enough(environment: Mapping[str, str], wanted: int) -> None:
    """Raise pytest.UsageError unless each of the processes has a database server of its own."""
    given = environment.get(DATABASE, "").split()
    if given not in NOT_GIVEN and wanted > len(given):
        raise pytest.UsageError(
            f"pytest -n {wanted} needs a database server for each process: {DATABASE} names"
            f" {len(given)}; run pytest -n auto, or start more (GRIDFEED_CI_DATABASES={wanted}"
            " .ci/services start)"
        )


def choose(environment: Mapping[str, str]) -> Choice:
    """Return where they come from. Raises pytest.UsageError when a required real one is missing."""
    servers = environment.get(DATABASE, "").split() or [""]
    own = servers[int(environment.get(WORKER, "gw0").removeprefix("gw")) % len(servers)]
    given = {KAFKA: environment.get(KAFKA, ""), DATABASE: own}
    real = environment.get(REQUIRE_REAL, "") not in {"", "0"}
    missing = [name for name, url in given.items() if url in {"", EMBEDDED}]
    if real and missing:
        raise pytest.UsageError(
            f"{REQUIRE_REAL} is set, but {' and '.join(missing)} is not:"
            " set it to the service's URL (.ci/services start prints both)"
        )
    otherwise = CONTAINER if "" in given.values() and docker_answers() else EMBEDDED
    return Choice(given[KAFKA] or otherwise, given[DATABASE] or otherwise, real)


def docker_answers() -> bool:
    """Return whether a Docker engine answers within two seconds."""
    try:
        client = docker.from_env(timeout=2)
    except docker.errors.DockerException:
        return False
    client.close()
    return True


def in_memory() -> str | None:
    """Return a folder in memory with room for databases of tests; None: the usual one is to do."""
    # A database is a thousand files: a disk needs ten times as long to copy and to drop them.
    folder = "/dev/shm"
    try:
        roomy = shutil.disk_usage(folder).free > ROOM_BYTES
    except OSError:
        return None
    return folder if roomy and os.access(folder, os.W_OK) else None


@contextmanager
def running_kafka(choice: Choice) -> Iterator[str]:
    """Give the bootstrap address of the chosen Kafka, started if it is ours to start."""
    if choice.kafka == CONTAINER:
        container = KafkaContainer(KAFKA_IMAGE).with_kraft()
        with container.with_env("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false") as kafka:
            yield kafka.get_bootstrap_server()
    elif choice.kafka == EMBEDDED:
        with tempfile.TemporaryDirectory() as directory, embedded_broker(Path(directory)) as kafka:
            yield kafka
    else:
        yield choice.kafka


@contextmanager
def running_database(choice: Choice) -> Iterator[str]:
    """Give a superuser's URL on the chosen database server, started if it is ours to start."""
    if choice.database == CONTAINER:
        container = PostgresContainer(DATABASE_IMAGE, username="postgres", driver=None)
        with container.with_command(DATABASE_COMMAND) as database:
            yield database.get_connection_url()
    elif choice.database == EMBEDDED:
        with tempfile.TemporaryDirectory(dir=in_memory()) as directory:
            # Tests kill processes, not the machine: what is written stays, synced or not.
            server = EmbeddedDatabase(Path(directory), options=NOT_SYNCED)
            try:
                server.start()
                yield server.url
            finally:
                server.stop()
    else:
        yield choice.database


async def assert_real(choice: Choice) -> None:
    """Raise pytest.UsageError unless these are Apache Kafka and TimescaleDB, and answer."""
    try:
        if not await is_apache(choice.kafka):
            raise pytest.UsageError(f"{KAFKA}={choice.kafka} is not Apache Kafka in KRaft mode")
    except (OSError, KafkaError) as error:
        raise pytest.UsageError(f"{KAFKA}={choice.kafka} does not answer: {error!r}") from error
    try:
        if await _value(choice.database, TIMESCALEDB) is None:
            raise pytest.UsageError(f"{DATABASE} leads to a server without TimescaleDB")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise pytest.UsageError(f"{DATABASE} leads to no database: {error!r}") from error


def unique(prefix: str) -> str:
    """Return a name that no other test has."""
    return f"{prefix}{uuid4().hex[:12]}"


async def create_topics(
    bootstrap: str, *names: str, partitions: int = 1, config: dict[str, str] | None = None
) -> None:
    """Create topics, with LogAppendTime, and wait until every partition has a leader."""
    # A broker learns a moment later what its controller has created.
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    whole = {"message.timestamp.type": "LogAppendTime"} | (config or {})
    topics = [NewTopic(name, partitions, 1, topic_configs=whole) for name in names]
    try:
        await admin.start()
        answer = await admin.create_topics(topics)
        assert all(code == 0 for _, code, *_ in answer.topic_errors), answer
        async with asyncio.timeout(20):
            while not _all_led(await admin.describe_topics([*names]), partitions):  # noqa: ASYNC110
                await asyncio.sleep(0.05)  # the broker tells nobody when it is done
    finally:
        await admin.close()


async def create_template(server: str) -> str:
    """Create a migrated database to copy."""
    name = unique("gridfeed_template_")
    await _define(server, "CREATE DATABASE %I", name)
    connection = await asyncpg.connect(url_of(server, name))
    try:
        await migrate(connection)
    finally:
        await connection.close()
    await freeze(server, name)
    return name


async def freeze(server: str, name: str) -> None:
    """Let nobody connect to a database any more, so that it can always be copied."""
    # TimescaleDB's scheduler connects to every database but templates.
    await _define(server, "ALTER DATABASE %I IS_TEMPLATE true ALLOW_CONNECTIONS false", name)
    await _value(
        server,
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = $1",
        name,
    )


async def drop_template(server: str, name: str) -> None:
    """Drop a database that was frozen."""
    await _define(server, "ALTER DATABASE %I IS_TEMPLATE false", name)
    await drop_database(server, name)


async def create_database(server: str, template: str) -> str:
    """Copy the template; return the new database's name."""
    name = unique("gridfeed_test_")
    # Copying files takes a sixth of the time of writing each page into the log.
    await _define(server, "CREATE DATABASE %I TEMPLATE %I STRATEGY file_copy", name, template)
    return name


async def drop_database(server: str, name: str) -> None:
    """Drop a database, whoever is connected."""
    await _define(server, "DROP DATABASE %I WITH (FORCE)", name)


def url_of(server: str, database: str) -> str:
    """Return the URL of another database on the same server."""
    return urlsplit(server)._replace(path=f"/{database}").geturl()


def _all_led(topics: list[dict[str, list[dict[str, int]]]], partitions: int) -> bool:
    return all(
        len(topic["partitions"]) == partitions
        and all(p["leader"] >= 0 for p in topic["partitions"])
        for topic in topics
    )


async def is_apache(bootstrap: str) -> bool:
    """Tell Apache Kafka, in KRaft mode, from the embedded broker."""
    return DESCRIBE_QUORUM in await _understood_requests(bootstrap)


async def _understood_requests(bootstrap: str) -> set[int]:
    client = AIOKafkaClient(bootstrap_servers=bootstrap)
    try:
        await client.bootstrap()
        answer = await client.send(client.get_random_node(), ApiVersionRequest())
        return {key for key, *_ in answer.api_versions}
    finally:
        await client.close()


async def _define(server: str, statement: str, *names: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        quote = "SELECT format($1, VARIADIC $2::text[])"
        await connection.execute(await connection.fetchval(quote, statement, names))
    finally:
        await connection.close()


async def _value(url: str, statement: str, *arguments: object) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement, *arguments)
    finally:
        await connection.close()
