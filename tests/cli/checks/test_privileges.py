"""What the database lets a role do."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import pytest

from gridfeed.settings import Settings
from gridfeed.storage.migrate import migrate
from tests import services
from tests.cli.checks.conftest import checked

REFUSED = asyncpg.InsufficientPrivilegeError


@pytest.fixture
async def role(database_server: str) -> AsyncIterator[str]:
    """A role that may log in and nothing else; its databases go before it."""
    name = services.unique("role_")
    admin = await asyncpg.connect(database_server)
    await admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'secret'")
    yield name
    for row in await admin.fetch(
        "SELECT format('DROP DATABASE %I WITH (FORCE)', d.datname) AS drop FROM pg_database d"
        " WHERE shobj_description(d.oid, 'pg_database') = $1",
        name,
    ):
        await admin.execute(row["drop"])
    await admin.execute(f"DROP ROLE {name}")
    await admin.close()


async def database_of(role, server, template):
    """Create a database for the role; return a superuser's URL on it and the role's."""
    name = await services.create_database(server, template)
    url = services.url_of(server, name)
    connection = await asyncpg.connect(url)
    await connection.execute(f"COMMENT ON DATABASE {name} IS '{role}'")
    await connection.close()
    host = urlsplit(url).netloc.rpartition("@")[2]
    return url, urlsplit(url)._replace(netloc=f"{role}:secret@{host}").geturl()


async def follow(url, fix):
    """Do as a superuser what doctor says."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(fix.partition(": ")[2])
    finally:
        await connection.close()


async def test_what_doctor_names_is_what_migrate_needs(kafka, database_server, role, bare):
    server, url = await database_of(role, database_server, "template0")
    settings = Settings(kafka_bootstrap=kafka, topic_prefix=bare.topic_prefix, database_url=url)
    connection = await asyncpg.connect(url)
    with pytest.raises(REFUSED):
        await migrate(connection)
    found = (await checked(settings))["privileges"]
    assert found.state == "problem"
    assert found.seen.startswith(f"role {role} cannot run `gridfeed migrate`; it lacks CREATE on ")
    await follow(server, found.fix)
    assert (await checked(settings))["privileges"].state == "ok"
    assert await migrate(connection)
    await connection.close()
    found = await checked(settings)
    assert (found["privileges"].state, found["migrations"].state) == ("ok", "ok")


async def test_a_role_that_may_not_write_is_named_with_the_grants(
    kafka, database_server, migrated_template, role, bare
):
    server, url = await database_of(role, database_server, migrated_template)
    settings = Settings(kafka_bootstrap=kafka, topic_prefix=bare.topic_prefix, database_url=url)
    found = await checked(settings)
    assert found["migrations"].seen.startswith("cannot be read: permission denied")
    assert found["privileges"].state == "problem"
    assert f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};" in (
        found["privileges"].fix
    )
    await follow(server, found["privileges"].fix)
    found = await checked(settings)
    assert (found["migrations"].state, found["privileges"].state) == ("ok", "note")
    assert found["privileges"].seen == (
        f"role {role} has all but those that a later `gridfeed migrate` needs"
    )
