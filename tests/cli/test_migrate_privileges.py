"""`gridfeed migrate` by roles that may do little: what they need is named, or prepared before."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest
from typer.testing import Result

import schemas
from cli.local.database import embedded_database
from tests.cli import program
from tests.roles import as_superuser, database_of, new_role

ROLES = "gridfeed_reader", "gridfeed_pusher"
NOTHING = "SELECT 1"
PREPARED = "CREATE ROLE gridfeed_reader NOLOGIN; CREATE ROLE gridfeed_pusher NOLOGIN;"
GRANTED = f"{PREPARED} GRANT gridfeed_reader, gridfeed_pusher TO %s;"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A database server without any role of Gridfeed's."""
    with TemporaryDirectory() as folder, embedded_database(Path(folder)) as url:
        yield url


@pytest.fixture(autouse=True)
async def no_roles_are_left(server: str) -> AsyncIterator[None]:
    yield
    await as_superuser(server, f"DROP ROLE IF EXISTS {', '.join(ROLES)}")


async def owned(role: str, server: str, prepared: str = NOTHING) -> tuple[str, str]:
    """Return a superuser's URL and the role's on a database that the role owns."""
    admin, url = await database_of(role, server, "template0")
    await as_superuser(admin, f"ALTER DATABASE {admin.rpartition('/')[2]} OWNER TO {role};")
    await as_superuser(admin, prepared.replace("%s", role))
    return admin, url


async def migrate(url: str) -> Result:
    """Run the command, which has an event loop of its own."""
    return await asyncio.to_thread(program.run, "migrate", database_url=url)


async def assert_migrated(url: str) -> None:
    """The role migrates, and takes the roles that API and webhooks work with."""
    done = await migrate(url)
    assert "applied 0023_catalogue" in done.stdout, done.stderr
    for role in ROLES:
        connection = await asyncpg.connect(url, server_settings={"role": role})
        assert await connection.fetchval("SELECT current_user") == role
        await connection.close()


async def test_an_owner_needs_nothing_more_where_the_roles_were_prepared(server: str) -> None:
    async with new_role(server) as owner:
        _, url = await owned(owner, server, GRANTED)
        await assert_migrated(url)


async def test_a_role_with_createrole_makes_the_roles_itself(server: str) -> None:
    async with new_role(server, "CREATEROLE") as owner:
        _, url = await owned(owner, server)
        await assert_migrated(url)


async def test_a_superuser_needs_nothing_at_all(server: str) -> None:
    async with new_role(server, "SUPERUSER") as owner:
        _, url = await owned(owner, server)
        await assert_migrated(url)


@pytest.mark.parametrize(
    ("options", "prepared", "lacks", "sql"),
    [
        ("", NOTHING, "creation of role", "CREATE ROLE {role} NOLOGIN; GRANT {role} TO {owner};"),
        ("", PREPARED, "membership in role", "GRANT {role} TO {owner};"),
        ("CREATEROLE", PREPARED, "membership in role", "GRANT {role} TO {owner};"),
    ],
    ids=["nothing prepared", "only the roles prepared", "the roles are another's"],
)
async def test_what_is_missing_is_named_with_the_sql_before_anything_is_changed(
    server: str, options: str, prepared: str, lacks: str, sql: str
) -> None:
    async with new_role(server, options) as owner:
        admin, url = await owned(owner, server, prepared)
        refused = await migrate(url)
        assert refused.exit_code == 1
        cause = "; ".join(f"{lacks} {role}" for role in ROLES)
        assert f"role {owner} cannot migrate; it lacks {cause}\n" in refused.stderr
        fix = " ".join(sql.format(role=role, owner=owner) for role in ROLES)
        assert f"Run in psql as a superuser of this database: {fix}\n" in refused.stderr
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("SELECT to_regclass('schema_migration')") is None
        await connection.close()
        await as_superuser(admin, fix)
        await assert_migrated(url)


async def test_a_later_migration_that_is_refused_names_what_the_role_lacks(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with new_role(server) as other, new_role(server) as owner:
        admin, url = await owned(owner, server, GRANTED)
        await assert_migrated(url)
        await as_superuser(
            admin,
            f"ALTER DATABASE {admin.rpartition('/')[2]} OWNER TO {other};"
            f"GRANT USAGE, CREATE ON SCHEMA public TO {other};"
            f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {other};",
        )
        later = (9999, "of_tomorrow", "ALTER TABLE meter ADD COLUMN of_tomorrow integer")
        every = [*schemas.migrations(), later]
        monkeypatch.setattr(schemas, "migrations", lambda: every)
        refused = await migrate(url.replace(f"{owner}:", f"{other}:"))
        assert refused.exit_code == 1
        assert f"ownership of the tables, which are {owner}'s" in refused.stderr
        assert f"GRANT {owner} TO {other};" in refused.stderr
