"""The catalogue of a database as text: all that its migrations made, and the rows that it holds.

Databases with equal catalogues behave alike.
"""

from pathlib import Path
from typing import TypeAlias

from gridfeed.storage.connect import Connection

#: What describes each object, such as `view granted.project`: one line or several.
Catalogue: TypeAlias = dict[str, str | list[str]]

_VIEWS = "catalogue", "role_catalogue"
_TABLES = """
SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migration'
"""


async def read(connection: Connection) -> Catalogue:
    """Return the whole catalogue of a migrated database, but not which migrations made it."""
    reading = connection.transaction()
    await reading.start()
    try:
        # Every name is then written with its schema.
        await connection.execute("SET LOCAL search_path = pg_catalog")
        await connection.execute(_statement("catalogue"))
        queries = [f"SELECT object, lines FROM pg_temp.{view}" for view in _VIEWS]
        if await has_timescaledb(connection):
            queries.append(_statement("hypertables"))
        return dict(sorted([*await _objects(connection, queries), *await _rows(connection)]))
    finally:
        await reading.rollback()


async def has_timescaledb(connection: Connection) -> bool:
    """Return whether the tables are hypertables."""
    there = "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb')"
    return bool(await connection.fetchval(there))


async def _objects(connection: Connection, queries: list[str]) -> list[tuple[str, str | list[str]]]:
    rows = [row for query in queries for row in await connection.fetch(query)]
    assert len({row["object"] for row in rows}) == len(rows)
    return [(row["object"], _brief(row["lines"] or [])) for row in rows]


async def _rows(connection: Connection) -> list[tuple[str, str | list[str]]]:
    found = []
    for (table,) in await connection.fetch(_TABLES):
        rows = await connection.fetch(f"SELECT to_jsonb(t)::text FROM public.{table} t ORDER BY 1")
        if rows:
            found.append((f"rows of {table}", _brief([row[0] for row in rows])))
    return found


def _brief(lines: list[str | None]) -> str | list[str]:
    known = [line for line in lines if line]
    return known[0] if len(known) == 1 else known


def _statement(name: str) -> str:
    return Path(__file__).with_name(f"{name}.sql").read_text("utf-8")
