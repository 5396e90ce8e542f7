"""`gridfeed clients`: tokens are printed once and stored as a hash."""

import asyncio
import json
from hashlib import sha256

import asyncpg
import pytest

from tests.cli import program

FILE = "projects: [{id: east, timezone: UTC}, {id: west, timezone: UTC}]"


@pytest.fixture
def url(database_url):
    program.succeed("projects", "apply", "-", stdin=FILE, database_url=database_url)
    return database_url


def row(url, name):
    async def fetched():
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchrow("SELECT * FROM client WHERE name = $1", name)
        finally:
            await connection.close()

    return asyncio.run(fetched())


def authenticated(url, token):
    """What the API's own function says of a token."""

    async def asked():
        connection = await asyncpg.connect(url)
        try:
            digest = sha256(token.encode()).digest()
            return await connection.fetchrow("SELECT * FROM granted.authenticate($1)", digest)
        finally:
            await connection.close()

    return asyncio.run(asked())


@pytest.mark.embedded
def test_the_token_is_printed_alone_and_only_its_hash_is_stored(url):
    output = program.succeed("clients", "create", "operator", database_url=url)
    token = output.removesuffix("\n")
    assert token.startswith("gf_")
    assert len(token) == 46  # gf_ and 32 random bytes in base64
    stored = row(url, "operator")
    assert stored["token_sha256"] == sha256(token.encode()).digest()
    assert token.encode() not in b"".join(str(value).encode() for value in stored.values())
    assert (stored["projects"], stored["production_formats"]) == (None, None)


def test_a_client_may_be_limited_to_projects_and_production_formats(url):
    arguments = ["--project", "east", "--project", "west", "--production-format", "scada"]
    printed = program.succeed("clients", "create", "app", *arguments, "--json", database_url=url)
    grant = authenticated(url, json.loads(printed)["token"])
    assert grant["projects"] == ["east", "west"]
    assert grant["production_formats"] == ["scada"]


def test_a_project_that_is_not_declared_is_refused(url):
    result = program.run("clients", "create", "app", "--project", "esat", database_url=url)
    assert result.exit_code == 1
    assert "no project esat is declared" in result.stderr
    assert row(url, "app") is None


def test_a_production_format_that_does_not_exist_is_refused_with_those_that_do(url):
    result = program.run("clients", "create", "app", "--production-format", "x", database_url=url)
    assert result.exit_code == 2
    assert "forecast_hour_ahead" in result.stderr


def test_a_name_that_is_taken_also_by_a_revoked_client_exits_with_3_and_without_a_token(url):
    program.succeed("clients", "create", "app", database_url=url)
    program.succeed("clients", "revoke", "app", database_url=url)
    for options in ([], ["--json"]):
        result = program.run("clients", "create", "app", *options, database_url=url)
        assert (result.exit_code, result.stdout) == (3, "")
        assert "a client named app exists" in result.stderr


def test_a_revoked_token_opens_nothing_and_keeps_its_first_revocation(url):
    token = program.succeed("clients", "create", "app", database_url=url).strip()
    assert authenticated(url, token)["name"] == "app"
    program.succeed("clients", "revoke", "app", database_url=url)
    revoked_at = row(url, "app")["revoked_at"]
    assert authenticated(url, token) is None
    program.succeed("clients", "revoke", "app", database_url=url)
    assert row(url, "app")["revoked_at"] == revoked_at


def test_revoking_nobody_is_told(url):
    result = program.run("clients", "revoke", "nobody", database_url=url)
    assert result.exit_code == 1
    assert "no client is named nobody" in result.stderr


def test_clients_are_listed_without_their_hashes(url):
    program.succeed("clients", "create", "b", database_url=url)
    program.succeed("clients", "create", "a", "--project", "east", database_url=url)
    listed = json.loads(program.succeed("clients", "list", "--json", database_url=url))
    assert [(each["name"], each["projects"], each["revoked_at"]) for each in listed] == [
        ("a", ["east"], None),
        ("b", None, None),
    ]
    assert set(listed[0]) == {
        "client_id",
        "name",
        "projects",
        "production_formats",
        "details",
        "created_at",
        "revoked_at",
    }
    assert "all" in program.succeed("clients", "list", database_url=url)


@pytest.mark.parametrize("name", ["", " ", "two\nlines"])
def test_a_name_must_be_readable(url, name):
    result = program.run("clients", "create", name, database_url=url)
    assert result.exit_code == 2


def test_a_client_without_details_is_stored_so_and_listed_so(url):
    for name, flags in (("plain", ["--no-details"]), ("full", [])):
        arguments = ["clients", "create", name, *flags, "--json"]
        token = json.loads(program.succeed(*arguments, database_url=url))["token"]
        assert authenticated(url, token)["details"] is (name == "full")
    listed = json.loads(program.succeed("clients", "list", "--json", database_url=url))
    assert {each["name"]: each["details"] for each in listed} == {"plain": False, "full": True}
