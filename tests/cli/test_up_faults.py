"""What `gridfeed up` does when a part of it dies, or all of it."""

import os
import signal
from pathlib import Path

import pytest

from tests.cli.black_box import assert_values_arrive, eventually
from tests.cli.up_process import EMPTY, alive, up


@pytest.mark.slow
@pytest.mark.fault
def test_a_worker_that_dies_is_reported_and_started_again_and_nothing_is_lost(tmp_path: Path):
    with up(*EMPTY) as running:
        ready = running.ready()
        running.child("worker").kill()
        running.wait_for("worker-1 ended (killed by SIGKILL); starting it again")
        # The group waits for the dead member's session to end.
        assert_values_arrive(ready, tmp_path, seconds=120)
        code = running.stop(signal.SIGTERM)
    assert code == 0


@pytest.mark.slow
@pytest.mark.fault
@pytest.mark.parametrize("name", ["broker", "database"])
def test_when_broker_or_database_dies_everything_is_stopped_with_a_reason(name: str):
    with up(*EMPTY) as running:
        running.ready()
        family = running.family()
        running.child({"broker": "tansu", "database": "postgres"}[name]).kill()
        assert running.process.wait(60) == 1
        assert f"the {name} ended by itself" in running.words()
    assert alive(family) == []


@pytest.mark.slow
@pytest.mark.fault
def test_a_killed_parent_leaves_nothing_running():
    with up(*EMPTY) as running:
        running.ready()
        family = running.family()
        os.kill(running.process.pid, signal.SIGKILL)
        eventually(lambda: alive(family), lambda left: not left, 60)
