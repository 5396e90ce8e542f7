"""`gridfeed migrate`."""

import json
import os
import subprocess
import sys

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
