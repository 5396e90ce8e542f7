"""Runs a simulated fleet against Kafka in event time, and writes the ledger meanwhile."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from cli.proof.fleet import Plan, Sends, sends
from cli.proof.ledger import LedgerWriter
from cli.proof.outbox import Outbox
from cli.proof.traffic import Wiring
from gridfeed.domain.calendar.instants import SECOND_US

#: The event time between two steps; each sends messages and writes acknowledgements to the ledger.
_TICK = SECOND_US // 5


@dataclass(frozen=True, slots=True)
class Job:
    """The messages to send, their destination, and the speed.

    speed: event seconds per second; 0 is as fast as Kafka allows. stop: set it to end early.
    """

    plan: Plan
    wiring: Wiring
    speed: float
    stop: asyncio.Event


async def run(
    job: Job, outbox: Outbox, ledger: LedgerWriter | None, sent: Callable[[int], None]
) -> int:
    """Send the plan's messages; return the number acknowledged. sent: gets each step's number.

    On return the ledger, if any, has all of them and is complete, even if stopped early.
    """
    loop = asyncio.get_running_loop()
    began, acknowledged = loop.time(), 0
    for until, tick in _ticks(job.plan):
        if job.speed:
            due = began + (until - job.plan.start) / SECOND_US / job.speed
            await _pause(job.stop, due - loop.time())
        if job.stop.is_set():
            break
        await outbox.send(job.wiring.traffic(tick))
        sent(len(tick))
        acknowledged += _record(outbox, ledger)
    await outbox.flush()
    acknowledged += _record(outbox, ledger)
    if ledger is not None:
        ledger.end()
    return acknowledged


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), max(seconds, 0))
    except TimeoutError:
        return


def _ticks(plan: Plan) -> Iterator[tuple[int, Sends]]:
    """Yield an instant and the messages that are due before it since the last one."""
    for second, due in enumerate(sends(plan)):
        begin = plan.start + second * SECOND_US
        for until in range(begin + _TICK, begin + SECOND_US + 1, _TICK):
            rows = np.flatnonzero((until - _TICK <= due.due) & (due.due < until))
            if len(rows):
                yield until, due.take(rows)


def _record(outbox: Outbox, ledger: LedgerWriter | None) -> int:
    placed = outbox.placed()
    if placed is None:
        return 0
    if ledger is not None:
        ledger.append(placed)
    return len(placed)
