"""Variables that look like settings and are none."""

import os
import subprocess
import sys

import pytest

from gridfeed.environment import unknown_variables
from gridfeed.settings import Settings
from tests.cli import program


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("GRIDFEED_KAFKA_BOOTSTRAPS", "GRIDFEED_KAFKA_BOOTSTRAP"),
        ("GRIDFEED_DATABASE_ULR", "GRIDFEED_DATABASE_URL"),
        ("gridfeed_grace_second", "GRIDFEED_GRACE_SECONDS"),
        ("GRIDFEED_GRACE", "GRIDFEED_GRACE_SECONDS"),
        ("GRIDFEED_TOKENS", "GRIDFEED_TOKEN"),
        ("GRIDFEED_XYZZY", None),
    ],
)
def test_a_misspelled_variable_is_named_with_the_one_that_may_be_meant(variable, meant):
    assert unknown_variables(["PATH", variable]) == {variable: meant}


def test_every_setting_the_token_and_the_tests_variables_are_known():
    known = [f"GRIDFEED_{name.upper()}" for name in Settings.model_fields]
    others = ["GRIDFEED_TOKEN", "GRIDFEED_TEST_KAFKA", "GRIDFEED_CI_CACHE", "gridfeed_api_port"]
    assert unknown_variables([*known, *others, "HOME", "GRIDFEEDS"]) == {}


def test_doctor_names_the_variable_and_exits_with_1():
    nowhere = {"kafka_bootstrap": "127.0.0.1:1", "database_url": "postgresql://127.0.0.1:1/g"}
    result = program.run("doctor", kafka_bootstrp="broker:9092", **nowhere)
    assert result.exit_code == 1
    assert (
        "PROBLEM environment GRIDFEED_KAFKA_BOOTSTRP: this variable is not a setting\n"
        "        fix: Did you mean GRIDFEED_KAFKA_BOOTSTRAP?"
    ) in result.stdout


@pytest.mark.parametrize("command", ["worker", "serve"])
def test_worker_and_api_say_it_in_their_log_when_they_start(command):
    environment = os.environ | {
        "GRIDFEED_GRACE_SECS": "1",
        "GRIDFEED_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "GRIDFEED_DATABASE_URL": "postgresql://127.0.0.1:1/g",
        "GRIDFEED_API_PORT": "0",
    }
    line = [sys.executable, "-m", "cli", command]
    with subprocess.Popen(line, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            said = next((each for each in process.stderr if "GRIDFEED_GRACE_SECS" in each), "")
        finally:
            process.kill()
    assert "this variable is not a setting" in said
    assert "did_you_mean=GRIDFEED_GRACE_SECONDS" in said
