"""The first lines of a worker are few, its own, and name no error that is none."""

import signal
import tempfile
from pathlib import Path

import pytest

from tests.cli.up_process import EMPTY, up


@pytest.mark.slow
def test_a_worker_says_in_a_few_lines_of_its_own_where_it_works_and_on_what() -> None:
    # Not in pytest's folder, which it closes to the account that PostgreSQL runs as.
    with tempfile.TemporaryDirectory() as folder:
        with up(*EMPTY, "--directory", folder) as running:
            ready = running.ready()
            said = Path(folder, "worker-1.log").read_text("utf-8").splitlines()
            assert running.stop(signal.SIGTERM) == 0
        last = Path(folder, "worker-1.log").read_text("utf-8").splitlines()[-1]
    assert len(said) <= 5, said
    assert not [line for line in said if "error" in line or "faust" in line or "\x1b" in line]
    assert f"kafka={ready['kafka']}" in said[0]
    assert any("partitions assigned" in line and "partitions=48" in line for line in said)
    assert "worker stopped" in last
