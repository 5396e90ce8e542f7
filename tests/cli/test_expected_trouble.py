"""Expected trouble is a cause and a next step, never a traceback."""

import pytest

from tests.cli import program

NOBODY = "127.0.0.1:1"


def test_every_wrong_setting_is_named_on_a_line_of_its_own():
    result = program.run("topics", api_port="eighty", database_pool=0, log_level="LOUD")
    assert result.exit_code == 2
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == [
        "GRIDFEED_DATABASE_POOL='0'",
        "GRIDFEED_API_PORT='eighty'",
        "GRIDFEED_LOG_LEVEL='LOUD'",
    ]


def test_an_address_of_brokers_that_is_none_is_a_wrong_setting():
    result = program.run("topics", kafka_bootstrap="localhost:kafka")
    assert result.exit_code == 2
    assert result.stderr.startswith("GRIDFEED_KAFKA_BOOTSTRAP='localhost:kafka'")


def test_a_worker_does_not_start_with_a_wrong_setting():
    result = program.run("worker", checkpoint_seconds=0)
    assert result.exit_code == 2
    assert "GRIDFEED_CHECKPOINT_SECONDS" in result.stderr


@pytest.mark.parametrize("words", [("topics",), ("dead-letters", "list")], ids=" ".join)
def test_unreachable_brokers_are_named_with_their_setting(words):
    result = program.run(*words, kafka_bootstrap=NOBODY)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == f"Kafka: no answer from {NOBODY}"
    assert "GRIDFEED_KAFKA_BOOTSTRAP" in result.stderr


@pytest.mark.parametrize(
    "words", [("migrate",), ("projects", "list"), ("clients", "list")], ids=" ".join
)
def test_an_unreachable_database_is_named_with_its_setting(words):
    result = program.run(*words, database_url=f"postgresql://gridfeed@{NOBODY}/gridfeed")
    assert result.exit_code == 1
    assert result.stderr.startswith("database: ")
    assert "GRIDFEED_DATABASE_URL" in result.stderr


@pytest.mark.parametrize("url", ["nonsense", "mysql://a/b", "postgresql://host:port/db"])
def test_a_database_url_that_is_none_is_named(url):
    result = program.run("projects", "list", database_url=url)
    assert result.exit_code == 1
    assert "GRIDFEED_DATABASE_URL" in result.stderr


def test_a_missing_database_is_named(database_url):
    result = program.run("projects", "list", database_url=f"{database_url}_gone")
    assert result.exit_code == 1
    assert 'database "' in result.stderr
    assert "does not exist" in result.stderr


def test_a_file_that_is_no_ledger_is_named(tmp_path):
    (tmp_path / "x").write_text("offset,topic")
    result = program.run("verify", str(tmp_path / "x"))

    assert result.exit_code == 1
    assert "is not a ledger; write one with `gridfeed simulate --ledger" in result.stderr
