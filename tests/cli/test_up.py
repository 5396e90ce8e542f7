"""`gridfeed up` starts everything, says where it is, and takes all of it away again."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest

from cli.up.programs import GRACE_SECONDS
from tests.cli.black_box import (
    assert_values_arrive,
    eventually,
    first,
    revenue_read,
    segments,
    send,
)
from tests.cli.up_process import EMPTY, alive, gridfeed, up
from tests.plain_http import PLAIN


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Not in pytest's folder, which every pytest closes to the account of PostgreSQL."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_line_tells_where_everything_is_and_a_signal_takes_it_away(
    number: signal.Signals, tmp_path: Path
):
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(999)"])
    try:
        with up(*EMPTY) as running:
            ready = running.ready()
            assert set(ready) == {"api", "kafka", "database", "token"}
            assert httpx.get(ready["api"] + "/readyz", **PLAIN).status_code == 200
            assert_values_arrive(ready, tmp_path)
            family = running.family()
            code = running.stop(number)
            assert running.process.stdout
            assert running.process.stdout.read() == ""
        assert (code, alive(family)) == (0, [])
        assert len(family) >= 4  # broker, database, worker, API
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


@pytest.mark.slow
def test_a_second_signal_waits_for_nothing():
    with up(*EMPTY) as running:
        running.ready()
        family = running.family()
        worker = running.child("worker")
        worker.suspend()  # it would be waited for 8 seconds
        running.process.send_signal(signal.SIGINT)
        running.wait_for("stopping")
        running.process.send_signal(signal.SIGINT)
        worker.wait(GRACE_SECONDS["worker"])
        assert running.process.wait(60) == 0
    assert alive(family) == []


@pytest.mark.slow
def test_services_that_are_given_are_used_and_left_alone(
    kafka: str, database_url: str, topic_suffix: str
):
    given = {
        "GRIDFEED_KAFKA_BOOTSTRAP": kafka,
        "GRIDFEED_DATABASE_URL": database_url,
        "GRIDFEED_KAFKA_GROUP": topic_suffix,
    }
    with up(*EMPTY, **given) as running:
        ready = running.ready()
        commands = [" ".join(process.cmdline()) for process in running.family()]
        assert running.stop(signal.SIGTERM) == 0
    assert (ready["kafka"], ready["database"]) == (kafka, database_url)
    assert sorted(command.rpartition(" ")[2] for command in commands) == ["serve", "worker"]
    [client] = json.loads(gridfeed(ready, "clients", "list", "--json"))
    assert client["revoked_at"] is not None  # its token was for this run


@pytest.mark.slow
def test_with_a_directory_all_values_survive_and_new_messages_are_read(
    tmp_path: Path, open_folder: Path
):
    data = str(open_folder / "data")
    with up(*EMPTY, "--directory", data) as running:
        assert_values_arrive(running.ready(), tmp_path)
        assert running.stop(signal.SIGTERM) == 0
    with up(*EMPTY, "--directory", data) as running:
        ready = running.ready()
        assert set(segments(ready, "dam-1")) == {"scada", "settlement"}
        # The topics begin again at offset 0, where the database has seen messages already.
        asyncio.run(send(ready["kafka"], [revenue_read("1234567.000001", 1)]))
        eventually(
            lambda: first(segments(ready, "dam-1")["settlement"], "eu"),
            lambda energy: energy == Decimal("-1234567.000001"),
            30,
        )


def test_settings_of_another_run_do_not_count_with_embedded_and_are_named():
    former = {
        "GRIDFEED_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "GRIDFEED_DATABASE_URL": "postgresql://postgres@127.0.0.1:1/gridfeed",
        "GRIDFEED_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "GRIDFEED_TOKEN": "gf_of-the-former",
    }
    with up(*EMPTY, "--embedded", **former) as running:
        ready = running.ready()
        words = running.words()
        running.stop(signal.SIGTERM)
    assert ready["kafka"] != former["GRIDFEED_KAFKA_BOOTSTRAP"]
    assert f"ignored settings of this shell: {', '.join(sorted(former))}\n" in words
    assert "gf_of-the-former" not in words


def test_a_home_that_cannot_be_written_is_not_needed():
    with up(*EMPTY, HOME="/dev/null") as running:
        assert running.ready()
        running.stop(signal.SIGTERM)


def test_a_folder_that_cannot_be_written_is_named_in_a_clear_line():
    with up(*EMPTY, "--directory", "/dev/null/data") as running:
        assert running.process.wait(20) == 1
        first, advice = running.words().splitlines()
    assert first.startswith("data and logs cannot be written: ")
    assert "/dev/null" in first
    assert advice == "Name a folder that can be written with --directory."


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_it_starts_stops_what_is_there_already(number: signal.Signals):
    with up(*EMPTY) as running:
        running.wait_for("broker ready")
        family = running.family()
        code = running.stop(number)
    assert (code, alive(family)) == (0, [])
    assert family


def test_a_taken_port_is_named_with_the_setting_before_anything_is_started():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with up(GRIDFEED_API_PORT=str(port)) as running:
            assert running.process.wait(20) == 1
            words = running.words()
    assert f"port {port} is in use" in words
    assert "--port or GRIDFEED_API_PORT" in words
    assert "ready" not in words
