"""`gridfeed migrate`."""

import asyncio
import json
import os
import subprocess
import sys

import asyncpg
import pytest

import schemas
from tests.cli import program

pytestmark = pytest.mark.embedded

NAMES = [f"{number:04d}_{name}" for number, name, _ in schemas.migrations()]
COMMAND = [sys.executable, "-c", "from cli.main import main; main()", "migrate", "--json"]


def test_it_prints_what_it_applied_and_then_finds_nothing_to_do(empty_database_url):
    first = program.succeed("migrate", database_url=empty_database_url)
    assert first.splitlines() == [f"applied {name}" for name in NAMES]
    again = program.succeed("migrate", "--wait", "5", database_url=empty_database_url)
    assert again == "nothing to apply, the database is up to date\n"


def test_of_two_at_once_one_waits_and_finds_nothing_to_do(empty_database_url):
    environment = {**os.environ, "GRIDFEED_DATABASE_URL": empty_database_url}
    both = [
        subprocess.Popen(COMMAND, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    applied = [json.loads(each.communicate(timeout=60)[0])["applied"] for each in both]
    assert sorted(applied) == [[], NAMES]


async def test_a_database_of_a_former_program_is_refused_naming_what_to_run_first(database_url):
    connection = await asyncpg.connect(database_url)
    await connection.execute("DELETE FROM schema_migration")
    await connection.execute("INSERT INTO schema_migration VALUES (18, 'changes_out')")
    refused = await asyncio.to_thread(program.run, "migrate", database_url=database_url)
    assert refused.exit_code == 1
    assert refused.stderr == (
        "database: the database's schema is 0018_changes_out; run `gridfeed migrate` of the former"
        " program whose newest migration is 0022_lost_times first, then that of this program"
        " (docs/upgrading.md)\nNothing was changed.\n"
    )
    assert await connection.fetchval("SELECT count(*) FROM schema_migration") == 1
    await connection.close()
