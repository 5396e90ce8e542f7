"""Roles of a database that may do little, and databases of theirs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg

from tests import services


@asynccontextmanager
async def new_role(server: str, options: str = "") -> AsyncIterator[str]:
    """Give the name of a role that may log in; its databases go before it.

    options: what else it may, as in CREATE ROLE.
    """
    name = services.unique("role_")
    admin = await asyncpg.connect(server)
    await admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'secret' {options}")
    yield name
    for row in await admin.fetch(
        "SELECT format('DROP DATABASE %I WITH (FORCE)', d.datname) AS drop FROM pg_database d"
        " WHERE shobj_description(d.oid, 'pg_database') = $1",
        name,
    ):
        await admin.execute(row["drop"])
    await admin.execute(f"DROP OWNED BY {name}")
    await admin.execute(f"DROP ROLE {name}")
    await admin.close()


async def database_of(role: str, server: str, template: str) -> tuple[str, str]:
    """Create a database for the role; return a superuser's URL on it and the role's."""
    name = await services.create_database(server, template)
    url = services.url_of(server, name)
    await as_superuser(url, f"COMMENT ON DATABASE {name} IS '{role}'")
    host = urlsplit(url).netloc.rpartition("@")[2]
    return url, urlsplit(url)._replace(netloc=f"{role}:secret@{host}").geturl()


async def as_superuser(url: str, statements: str) -> None:
    """Execute statements."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statements)
    finally:
        await connection.close()


async def follow(url: str, fix: str) -> None:
    """Do as a superuser what a message says."""
    await as_superuser(url, fix.partition("superuser of this database: ")[2])
