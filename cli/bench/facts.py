"""Facts about the machine that the figures of a benchmark depend on."""

import os
import platform
import subprocess
from pathlib import Path

from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.admin import ApiVersionRequest

from cli.bench.place import Connection, connected, own_database
from cli.local.broker import EmbeddedBroker
from gridfeed.kafka.security import client_options
from gridfeed.settings import Settings
from gridfeed.storage.migrate import migrate
from gridfeed.storage.statements import sql

#: The request type that asks a KRaft controller for its quorum; only Apache Kafka knows it.
_DESCRIBE_QUORUM = 55


async def machine(settings: Settings, *, embedded_broker: bool) -> dict[str, object]:
    """Return processors, versions and kinds; `timescaledb` is None on plain PostgreSQL."""
    return {
        **await machine_without_broker(settings),
        "broker": _embedded_version() if embedded_broker else await _kind(settings),
    }


async def machine_without_broker(settings: Settings) -> dict[str, object]:
    """Return the same facts for a benchmark that needs only a database."""
    async with own_database(settings) as own, connected(own) as connection:
        await migrate(connection)
        database = await connection.fetchrow(*sql("database_facts"))
    assert database is not None
    return {
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "database": f"PostgreSQL {database['version']}",
        "timescaledb": database["timescaledb"],
    }


async def database_and_machine(connection: Connection) -> dict[str, object]:
    """Return the facts of a run without a broker, over an open connection."""
    database = await connection.fetchrow(*sql("database_facts"))
    assert database is not None
    return {
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "database": f"PostgreSQL {database['version']}",
        "timescaledb": database["timescaledb"],
    }


async def _kind(settings: Settings) -> str:
    """Return the kind of broker that answers; the protocol does not say its version."""
    client = AIOKafkaClient(**client_options(settings))
    try:
        await client.bootstrap()
        answer = await client.send(client.get_random_node(), ApiVersionRequest())
    finally:
        await client.close()
    understood = {key for key, *_ in answer.api_versions}
    return "Apache Kafka" if _DESCRIBE_QUORUM in understood else "Kafka-compatible"


def _embedded_version() -> str:
    asked = [EmbeddedBroker(Path()).command()[0], "--version"]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603
