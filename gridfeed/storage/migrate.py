"""Applies `schemas/sql` in order, under an advisory lock, and records what it did.

In a database with all former migrations (gridfeed.storage.former), it notes the files with the same
outcome as applied.

The database's schema has a version: the number of its newest migration. A program writes only to
the version that it was built for; see docs/upgrading.md.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from hashlib import sha256

import asyncpg
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random

import schemas
from gridfeed.storage import former
from gridfeed.storage.connect import Connection
from gridfeed.storage.privileges import MissingPrivilegesError, lacking_to_migrate
from gridfeed.storage.statements import sql

#: Any constant works as long as every Gridfeed process uses it.
ADVISORY_LOCK = 0x67726964
#: A migration and a worker may wait for each other; PostgreSQL then ends one of the two.
_ATTEMPTS = 10


class SchemaRefusedError(Exception):
    """This program must leave the database's schema as it is."""


class NewerSchemaError(SchemaRefusedError):
    """The database has migrations that this program does not know; it must not write there."""


class ChangedMigrationError(SchemaRefusedError):
    """A migration's file differs from the one that was applied."""


class FormerSchemaError(SchemaRefusedError):
    """The database has only some of the former migrations; a former program applies the rest."""


@cache
def newest() -> int:
    """Return the version of the schema that this program was built for."""
    return schemas.migrations()[-1][0]


async def migrate(connection: Connection) -> list[str]:
    """Apply every migration that is not applied yet, each in its own transaction.

    Returns the names of the migrations that it applied, or noted as applied in a database with the
    former migrations. A second process waits for the first and then finds nothing to do. A killed
    process leaves only whole migrations. Raises SchemaRefusedError. In an empty database, raises
    MissingPrivilegesError before it changes anything; later, a MissingPrivilegesError keeps the
    migrations before the failed one.
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
        return  # a single later migration may need fewer privileges
    if lacks := await lacking_to_migrate(connection):
        role = await connection.fetchval("SELECT current_user")
        raise MissingPrivilegesError(f"role {role} cannot migrate", lacks)


async def _migrate(connection: Connection) -> list[str]:
    await connection.execute(*sql("create_migration_log"))
    await refuse_newer(connection)
    await _refuse_unfinished(connection)
    rows = await connection.fetch(*sql("migration_checksums"))
    applied = {row["number"]: row["checksum"] for row in rows}
    _refuse_changed(applied)
    missing = [each for each in schemas.migrations() if each[0] not in applied]
    adopted = [each for each in missing if former.has_outcome(each[0], applied)]
    if adopted:
        await _note(connection, adopted)
    for each in missing[len(adopted) :]:
        await _apply(connection, *each)
    return [_spelled(number, name) for number, name, _ in missing]


async def pending(connection: Connection) -> list[str]:
    """Return the names of migrations that are not applied yet."""
    done = await _applied(connection)
    return [
        _spelled(number, name) for number, name, _ in schemas.migrations() if number not in done
    ]


async def refuse_newer(connection: Connection) -> None:
    """Raise NewerSchemaError if the database has a migration that this program does not know."""
    applied = await _applied(connection)
    known = {number: name for number, name, _ in schemas.migrations()}
    if unknown := sorted(applied.keys() - known.keys() - former.numbers(applied)):
        last, mine = unknown[-1], max(known)
        raise NewerSchemaError(
            f"the database's schema is {_spelled(last, applied[last])}, newer than"
            f" {_spelled(mine, known[mine])}, which this program was built for;"
            " run the newer program, or restore a backup (docs/upgrading.md)"
        )


async def _refuse_unfinished(connection: Connection) -> None:
    applied = await _applied(connection)
    if former.is_unfinished(applied):
        last = max(former.numbers(applied))
        raise FormerSchemaError(
            f"the database's schema is {_spelled(last, applied[last])}; run `gridfeed migrate` of"
            f" the former program whose newest migration is {former.NEWEST} first, then that of"
            " this program (docs/upgrading.md)"
        )


def _refuse_changed(applied: Mapping[int, str | None]) -> None:
    texts = {number: (name, text) for number, name, text in schemas.migrations()}
    for number, checksum in applied.items():
        changed = former.changed(number, checksum)
        if number in texts and checksum != _checksum(texts[number][1]):
            changed = _spelled(number, texts[number][0])
        if changed:
            raise ChangedMigrationError(
                f"schemas/sql/{changed}.sql is not the file that was applied to this"
                " database; restore that file, and put the change into a new migration"
            )


@retry(
    retry=retry_if_exception_type(asyncpg.DeadlockDetectedError),
    stop=stop_after_attempt(_ATTEMPTS),
    wait=wait_random(max=1.0),
    reraise=True,
)
async def _apply(connection: Connection, number: int, name: str, text: str) -> None:
    async with _writers_stopped(connection):
        await connection.execute(text)
        await connection.execute(
            *sql("insert_migration", number=number, name=name, checksum=_checksum(text))
        )


async def _note(connection: Connection, migrations: Sequence[tuple[int, str, str]]) -> None:
    """Note migrations as applied, in one transaction: the former ones had the same outcome."""
    async with _writers_stopped(connection):
        for number, name, text in migrations:
            await connection.execute(
                *sql("insert_migration", number=number, name=name, checksum=_checksum(text))
            )


@asynccontextmanager
async def _writers_stopped(connection: Connection) -> AsyncIterator[None]:
    async with connection.transaction():
        if await connection.fetchval("SELECT to_regclass('ingest_source') IS NOT NULL"):
            await connection.execute(*sql("stop_writers"))
        yield


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
