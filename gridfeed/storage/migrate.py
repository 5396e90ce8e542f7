"""Applies `schemas/sql` in order, under an advisory lock, recording what it did.

The database's schema has a version: the number of its newest migration. A program writes only to
the version that it was built for; see docs/upgrading.md.
"""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256

import asyncpg
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random

import schemas
from gridfeed.storage.connect import Connection
from gridfeed.storage.privileges import MissingPrivilegesError, lacking_to_migrate
from gridfeed.storage.statements import sql

#: Any constant works as long as every Gridfeed process uses it.
ADVISORY_LOCK = 0x67726964
#: A migration and a worker may wait for each other; PostgreSQL then ends one of the two.
_ATTEMPTS = 10
#: Checksums of former texts with the same outcome: they granted a role also to who had it already.
FORMER = {
    3: "a3b6be5bfc776eb0e9c7304fdfca2d0c66b6230fb6a407298af8ad9dc810e35c",
    17: "fa1e4459489006d78472198e8350f39090353407b1581f0cd3015224c0e1bc2c",
}


class NewerSchemaError(Exception):
    """The database has migrations that this program does not know; it must not write there."""


class ChangedMigrationError(Exception):
    """A migration's file is not the one that was applied."""


@cache
def newest() -> int:
    """Return the version of the schema that this program was built for."""
    return schemas.migrations()[-1][0]


async def migrate(connection: Connection) -> list[str]:
    """Apply every migration that is not applied yet, each in its own transaction.

    Returns the names of those it applied. A second process waits for the first and finds nothing
    left to do; a killed one leaves whole migrations only. Raises NewerSchemaError,
    ChangedMigrationError and, in an empty database, MissingPrivilegesError before it changes
    anything; later a MissingPrivilegesError leaves the migrations before the one that failed.
    """
    await connection.execute("SELECT pg_advisory_lock($1)", ADVISORY_LOCK)
    try:
        await _refuse_unprivileged(connection)
        return await _migrate(connection)
    except asyncpg.InsufficientPrivilegeError as error:
        lacks = await lacking_to_migrate(connection)
        raise MissingPrivilegesError(f"the role cannot migrate: {error}", lacks) from error
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", ADVISORY_LOCK)


async def _refuse_unprivileged(connection: Connection) -> None:
    if await _has_log(connection):
        return  # what one later migration needs may be less
    if lacks := await lacking_to_migrate(connection):
        role = await connection.fetchval("SELECT current_user")
        raise MissingPrivilegesError(f"role {role} cannot migrate", lacks)


async def _migrate(connection: Connection) -> list[str]:
    await connection.execute(*sql("create_migration_log"))
    await connection.execute(*sql("add_migration_checksum"))
    await refuse_newer(connection)
    rows = await connection.fetch(*sql("migration_checksums"))
    await _compare(connection, {row["number"]: row["checksum"] for row in rows})
    done = {row["number"] for row in rows}
    applied = []
    for number, name, text in schemas.migrations():
        if number not in done:
            await _apply(connection, number, name, text)
            applied.append(_spelled(number, name))
    return applied


async def pending(connection: Connection) -> list[str]:
    """Return the names of migrations that are not applied yet."""
    done = await _applied(connection)
    return [
        _spelled(number, name) for number, name, _ in schemas.migrations() if number not in done
    ]


async def refuse_newer(connection: Connection) -> None:
    """Raise NewerSchemaError when the database has a migration that this program does not know."""
    applied = await _applied(connection)
    known = {number: name for number, name, _ in schemas.migrations()}
    if unknown := sorted(applied.keys() - known.keys()):
        last, mine = unknown[-1], max(known)
        raise NewerSchemaError(
            f"the database's schema is {_spelled(last, applied[last])}, newer than"
            f" {_spelled(mine, known[mine])}, which this program was built for;"
            " run the newer program, or restore a backup (docs/upgrading.md)"
        )


@retry(
    retry=retry_if_exception_type(asyncpg.DeadlockDetectedError),
    stop=stop_after_attempt(_ATTEMPTS),
    wait=wait_random(max=1.0),
    reraise=True,
)
async def _apply(connection: Connection, number: int, name: str, text: str) -> None:
    async with connection.transaction():
        if await connection.fetchval("SELECT to_regclass('ingest_source') IS NOT NULL"):
            await connection.execute(*sql("stop_writers"))
        await connection.execute(text)
        await connection.execute(
            *sql("insert_migration", number=number, name=name, checksum=_checksum(text))
        )


async def _compare(connection: Connection, kept: Mapping[int, str | None]) -> None:
    for number, name, text in schemas.migrations():
        if number not in kept:
            continue
        if kept[number] is None:
            await connection.execute(
                *sql("note_migration_checksum", number=number, checksum=_checksum(text))
            )
        elif kept[number] not in {_checksum(text), FORMER.get(number)}:
            raise ChangedMigrationError(
                f"schemas/sql/{_spelled(number, name)}.sql is not the file that was applied to this"
                " database; restore that file, and put the change into a new migration"
            )


async def _applied(connection: Connection) -> dict[int, str]:
    known = await _has_log(connection)
    rows = await connection.fetch(*sql("applied_migrations")) if known else []
    return {row["number"]: row["name"] for row in rows}


async def _has_log(connection: Connection) -> bool:
    return bool(await connection.fetchval("SELECT to_regclass('schema_migration') IS NOT NULL"))


def _checksum(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _spelled(number: int, name: str) -> str:
    return f"{number:04d}_{name}"
