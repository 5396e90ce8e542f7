"""A frozen worker holds up nobody who takes over, and writes nothing when it wakes."""

import signal
import subprocess
import time
from collections.abc import Callable

import pytest

from gridfeed.wire.topics import Stream
from tests.e2e.load import PROJECT, Load, assert_exact, assert_feed_is_whole
from tests.e2e.system import OPENED, System

pytestmark = [pytest.mark.fault, pytest.mark.slow]

TAKEN_OVER = "SELECT min(epoch) >= 2 FROM ingest_source WHERE topic NOT LIKE '%.acme'"
#: Transactions that have written, so that they hold rows, and wait for their client.
HOLDING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND state = 'idle in transaction' AND backend_xid IS NOT NULL"
)


def freeze_anywhere(_: System, worker: "subprocess.Popen[bytes]") -> None:
    time.sleep(0.3)
    worker.send_signal(signal.SIGSTOP)


def freeze_in_a_transaction(system: System, worker: "subprocess.Popen[bytes]") -> None:
    for _ in range(2000):
        worker.send_signal(signal.SIGSTOP)
        if system.fetch(HOLDING)[0][0]:
            return
        worker.send_signal(signal.SIGCONT)
    raise AssertionError("the worker was never inside a transaction")


@pytest.mark.parametrize("freeze", [freeze_anywhere, freeze_in_a_transaction])
def test_a_worker_that_was_frozen_while_its_partitions_moved_holds_and_writes_nothing(
    system: System, freeze: Callable[[System, "subprocess.Popen[bytes]"], None]
) -> None:
    load = Load(seconds=900)
    system.run("projects", "apply", "-", given=PROJECT)
    frozen = system.start("worker")
    system.eventually(OPENED, until=2 * len(Stream))
    first, second = load.chunks(2)
    system.send(Stream.TELEMETRY, first)
    freeze(system, frozen)
    system.start("worker")
    system.send(Stream.TELEMETRY, second)
    system.eventually(TAKEN_OVER, until=True)
    frozen.send_signal(signal.SIGCONT)
    system.wait_until_handled()
    assert_exact(system, load, letters_repeat=True)
    assert_feed_is_whole(system)
