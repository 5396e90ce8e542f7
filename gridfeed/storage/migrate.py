"""Applies `schemas/sql` in order, under an advisory lock, recording what it did."""

import schemas
from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql

#: Any constant works as long as every Gridfeed process uses it.
ADVISORY_LOCK = 0x67726964


async def migrate(connection: Connection) -> list[str]:
    """Apply every migration that is not applied yet, each in its own transaction.

    Returns the names of those it applied. A second process waits for the first and finds nothing
    left to do; a killed one leaves whole migrations only.
    """
    await connection.execute("SELECT pg_advisory_lock($1)", ADVISORY_LOCK)
    try:
        await connection.execute(sql("create_migration_log"))
        done = {row["number"] for row in await connection.fetch("TABLE schema_migration")}
        applied = []
        for number, name, text in schemas.migrations():
            if number in done:
                continue
            async with connection.transaction():
                await connection.execute(text)
                await connection.execute(
                    "INSERT INTO schema_migration (number, name) VALUES ($1, $2)", number, name
                )
            applied.append(f"{number:04d}_{name}")
        return applied
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", ADVISORY_LOCK)


async def pending(connection: Connection) -> list[str]:
    """Return the names of migrations that are not applied yet."""
    known = await connection.fetchval("SELECT to_regclass('schema_migration') IS NOT NULL")
    rows = await connection.fetch("SELECT number FROM schema_migration") if known else []
    done = {row["number"] for row in rows}
    return [
        f"{number:04d}_{name}" for number, name, _ in schemas.migrations() if number not in done
    ]
