"""A frozen worker holds up nobody who takes over, and writes nothing when it wakes."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

import pytest

from gridfeed.kafka.topics import Stream
from tests.e2e.load import PROJECT, Load, assert_exact, assert_feed_is_whole
from tests.e2e.system import OPENED, System
from tests.programs import Program

pytestmark = [pytest.mark.fault, pytest.mark.slow]

TAKEN_OVER = "SELECT min(epoch) >= 2 FROM ingest_source WHERE topic NOT LIKE '%.acme'"
#: Transactions that have written, so that they hold rows, and wait for their client.
HOLDING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND state = 'idle in transaction' AND backend_xid IS NOT NULL"
)


async def freeze_anywhere(_: System, worker: Program) -> None:
    await asyncio.sleep(0.3)
    worker.send_signal(signal.SIGSTOP)


async def freeze_in_a_transaction(system: System, worker: Program) -> None:
    for _ in range(2000):
        worker.send_signal(signal.SIGSTOP)
        if (await system.fetch(HOLDING))[0][0]:
            return
        worker.send_signal(signal.SIGCONT)
    raise AssertionError("the worker was never inside a transaction")


@pytest.mark.parametrize("freeze", [freeze_anywhere, freeze_in_a_transaction])
async def test_a_worker_that_was_frozen_while_its_partitions_moved_holds_and_writes_nothing(
    system: System, freeze: Callable[[System, Program], Awaitable[None]]
) -> None:
    load = Load(seconds=900)
    system.run("projects", "apply", "-", given=PROJECT)
    frozen = system.start("worker")
    await system.eventually(OPENED, until=2 * len(Stream))
    first, second = load.chunks(2)
    await system.send(Stream.TELEMETRY, first)
    await freeze(system, frozen)
    system.start("worker")
    await system.send(Stream.TELEMETRY, second)
    await system.eventually(TAKEN_OVER, until=True)
    frozen.send_signal(signal.SIGCONT)
    await system.wait_until_handled()
    await assert_exact(system, load, letters_repeat=True)
    await assert_feed_is_whole(system)
