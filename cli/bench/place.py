"""The place of a benchmark: a broker and a database server, with new topics and databases."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
from pydantic import SecretStr

from cli.local.broker import assert_open, embedded_broker
from cli.local.database import embedded_database
from gridfeed.kafka.topic_admin import admin, create_missing
from gridfeed.settings import Settings
from gridfeed.storage.statements import Call, called

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


def sql(statement_name: str, /, **arguments: object) -> Call:
    """Return a statement of the benchmarks, with its arguments."""
    return called(__package__, statement_name, **arguments)


@contextmanager
def services(settings: Settings, directory: Path) -> Iterator[Settings]:
    """Give settings with a broker and a database: the configured ones, or else embedded ones.

    Raises NotStartedError.
    """
    with ExitStack() as stack:
        found = stack.enter_context(database(settings, directory))
        if "kafka_bootstrap" not in settings.model_fields_set:
            assert_open(settings)
            address = stack.enter_context(embedded_broker(directory))
            found = found.model_copy(update={"kafka_bootstrap": address})
        yield found


@contextmanager
def database(settings: Settings, directory: Path) -> Iterator[Settings]:
    """Give settings with a database: the configured one, or else an embedded one.

    Raises NotStartedError.
    """
    if "database_url" in settings.model_fields_set:
        yield settings
        return
    with embedded_database(directory) as url:
        yield settings.model_copy(update={"database_url": SecretStr(url)})


@asynccontextmanager
async def own_topics(settings: Settings, partitions: int) -> AsyncIterator[Settings]:
    """Create all topics under a new prefix; give settings with it; delete the topics at the end."""
    prefix = f"bench-{uuid4().hex[:12]}."
    own = settings.model_copy(update={"topic_prefix": prefix, "topic_partitions": partitions})
    names = await create_missing(own)
    try:
        yield own
    finally:
        async with admin(own) as client:
            await client.delete_topics(names)


@asynccontextmanager
async def own_database(settings: Settings) -> AsyncIterator[Settings]:
    """Create an empty database on the configured server; give settings with it; drop it later."""
    name = f"gridfeed_bench_{uuid4().hex[:12]}"
    url = settings.database_url.get_secret_value()
    await _define(url, "create_database", name)
    try:
        own = urlsplit(url)._replace(path=f"/{name}").geturl()
        yield settings.model_copy(update={"database_url": SecretStr(own)})
    finally:
        await _define(url, "drop_database", name)


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Connection]:
    """Open one connection."""
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    try:
        yield connection
    finally:
        await connection.close()


async def _define(url: str, name: str, database: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(await connection.fetchval(*sql(name, database=database)))
    finally:
        await connection.close()
