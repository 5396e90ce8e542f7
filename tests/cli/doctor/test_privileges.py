"""What the database lets a role do."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from gridfeed.settings import Settings
from gridfeed.storage.migrate import migrate
from gridfeed.storage.privileges import MissingPrivilegesError
from tests.cli.doctor.conftest import checked
from tests.roles import database_of, follow, new_role


@pytest.fixture
async def role(database_server: str) -> AsyncIterator[str]:
    async with new_role(database_server) as name:
        yield name


async def test_what_doctor_names_is_what_migrate_needs(kafka, database_server, role, bare):
    server, url = await database_of(role, database_server, "template0")
    settings = Settings(kafka_bootstrap=kafka, topic_prefix=bare.topic_prefix, database_url=url)
    connection = await asyncpg.connect(url)
    with pytest.raises(MissingPrivilegesError):
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
    given = found["privileges"].fix
    await follow(server, given)
    found = await checked(settings)
    assert found["migrations"].state == "ok"
    if "GRANT postgres TO" in given:  # whose chunks it drops
        assert found["privileges"].state == "ok"
    else:
        assert found["privileges"].state == "note"
        assert found["privileges"].seen == (
            f"role {role} lacks only privileges that `gridfeed migrate` needs"
        )
