"""A program writes only to the schema that it was built for, and migrations stay what they were."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import asyncpg
import pytest

import schemas
from gridfeed.storage.migrate import (
    ChangedMigrationError,
    NewerSchemaError,
    migrate,
    newest,
    refuse_newer,
)
from gridfeed.storage.source import FencedError, Source, hold_fence, open_source
from gridfeed.storage.statements import sql

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"
LATER = "INSERT INTO schema_migration (number, name) VALUES (9999, 'of_tomorrow')"


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(database_url)
    yield opened
    await opened.close()


async def opened_source(connection: asyncpg.Connection) -> Source:
    return await open_source(connection, "telemetry", ("scada.telemetry", 0))


async def test_a_newer_schema_is_refused_naming_both_versions(
    connection: asyncpg.Connection,
) -> None:
    await refuse_newer(connection)
    await connection.execute(LATER)
    with pytest.raises(NewerSchemaError, match=r"9999_of_tomorrow, newer than 00\d\d_"):
        await refuse_newer(connection)


async def test_migrate_changes_nothing_in_a_newer_database(connection: asyncpg.Connection) -> None:
    await connection.execute(LATER)
    await connection.execute("DELETE FROM schema_migration WHERE number = $1", newest())
    before = await connection.fetch("SELECT * FROM schema_migration")
    with pytest.raises(NewerSchemaError):
        await migrate(connection)
    assert await connection.fetch("SELECT * FROM schema_migration") == before


async def test_a_migration_that_was_changed_after_it_was_applied_is_named(
    connection: asyncpg.Connection,
) -> None:
    await connection.execute("UPDATE schema_migration SET checksum = 'x' WHERE number = 26")
    with pytest.raises(ChangedMigrationError, match=r"0026_values\.sql is not the file"):
        await migrate(connection)


async def test_a_writer_that_waited_for_a_migration_writes_nothing_after_it(
    connection: asyncpg.Connection, database_url: str
) -> None:
    source = await opened_source(connection)
    migrating = await asyncpg.connect(database_url)
    async with asyncio.timeout(20), migrating.transaction():
        await migrating.execute(*sql("stop_writers"))
        writing = asyncio.create_task(hold_fence(connection, source, 7, NOW))
        while not await migrating.fetchval(WAITING):  # noqa: ASYNC110
            await asyncio.sleep(0.01)  # nothing tells when a session begins to wait
        await migrating.execute(LATER)
    await migrating.close()
    with pytest.raises(NewerSchemaError):
        await writing
    assert await connection.fetchval("SELECT published_offset FROM ingest_source") == 0


async def test_a_migration_waits_for_the_writer_that_holds_the_fence(
    connection: asyncpg.Connection, database_url: str
) -> None:
    source = await opened_source(connection)
    migrating = await asyncpg.connect(database_url)
    async with connection.transaction():
        await hold_fence(connection, source, 7, NOW)
        await migrating.execute("SET lock_timeout = '200ms'")
        with pytest.raises(asyncpg.LockNotAvailableError):
            async with migrating.transaction():
                await migrating.execute(*sql("stop_writers"))
    await migrating.close()


async def test_a_former_owner_under_the_same_schema_is_fenced_as_before(
    connection: asyncpg.Connection,
) -> None:
    source = await opened_source(connection)
    await opened_source(connection)
    with pytest.raises(FencedError):
        await hold_fence(connection, source, 7, NOW)


def test_no_migration_that_databases_have_is_changed_not_even_in_a_comment() -> None:
    """`gridfeed migrate` refuses a database whose migrations had other texts: make a new file.

    The list has a line for each: `sha256sum *.sql` in schemas/sql.
    """
    listed = Path(__file__).with_name("migrations.sha256").read_text("ascii").splitlines()
    assert listed == [
        f"{sha256(text.encode()).hexdigest()}  {number:04d}_{name}.sql"
        for number, name, text in schemas.migrations()
    ]


def test_the_version_is_the_number_of_the_newest_migration() -> None:
    assert newest() == max(number for number, _, _ in schemas.migrations())
