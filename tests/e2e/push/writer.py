"""Publishes changes at a rate until its input ends, over connections that commit out of order.

python -m tests.e2e.push.writer DATABASE_URL CHANGES_PER_SECOND
"""

import asyncio
import random
import sys
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from gridfeed.domain.words import ChangeCause
from gridfeed.storage.connect import Connection
from gridfeed.storage.values import ValueColumns, finalise_due, publish_values
from tests.e2e.push.plant import SOURCES, START, STEP

TURNS_PER_SECOND = 5
#: Turns until the interval that is open is another.
TURNS_PER_INTERVAL = 40
#: Part of the turns that begin a transaction and end it late, and by how much, in seconds.
HELD, LONGEST_HOLD = 0.01, 1.5
LATE = 0.1


@dataclass
class Share:
    """The meters of one source, written by one connection."""

    source_id: int
    meters: list[int]
    dice: random.Random
    changes: int = 0
    turn: int = 0
    _next: int = field(default=0, init=False)

    async def publish(self, connection: Connection, count: int) -> None:
        """Publish so many values, and make final what has been open for long."""
        clock = START + self.turn // TURNS_PER_INTERVAL * STEP
        self.turn += 1
        chosen = [self.meters[(self._next + n) % len(self.meters)] for n in range(count)]
        self._next = (self._next + count) % len(self.meters)
        async with connection.transaction():
            at = await connection.fetchval(
                "UPDATE ingest_source SET recorded_at = greatest(clock_timestamp(), recorded_at"
                " + interval '1 microsecond') WHERE source_id = $1 RETURNING recorded_at",
                self.source_id,
            )
            self.changes += await publish_values(connection, self._values(chosen, clock), at, at)
            self.changes += await finalise_due(connection, self.source_id, clock, at)
            if self.dice.random() < HELD:
                await asyncio.sleep(self.dice.uniform(0.1, LONGEST_HOLD))

    def _values(self, meters: list[int], clock: datetime) -> ValueColumns:
        late = [self.dice.random() < LATE and clock > START for _ in meters]
        starts = [clock - STEP if each else clock for each in late]
        count = len(meters)
        return ValueColumns(
            meter_id=meters,
            production_format=["scada"] * count,
            channel=["GROSS"] * count,
            interval_start=starts,
            interval_seconds=[int(STEP.total_seconds())] * count,
            cause=[ChangeCause.LATE_SAMPLES] * count,
            energy_microkwh=[self.dice.randrange(10**9) for _ in meters],
            quality=["calculated"] * count,
            finalize_at=[None if each else clock + STEP for each in late],
        )


async def write(url: str, share: Share, rate: float, stopped: asyncio.Event) -> None:
    """Publish a share of the rate until stopped."""
    connection = await asyncpg.connect(url)
    loop = asyncio.get_running_loop()
    began, published = loop.time(), 0
    while not stopped.is_set():
        due = min(int((loop.time() - began) * rate) - published, len(share.meters))
        if due > 0:
            await share.publish(connection, due)
            published += due
        await asyncio.sleep(1 / TURNS_PER_SECOND)
    await connection.close()


async def main(url: str, rate: float) -> None:
    """Do what the module's text says; print how many changes there are."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT source_id, meter_id FROM meter_source ORDER BY 2")
    await connection.close()
    dice = random.Random(5)
    shares = [
        Share(source, [r["meter_id"] for r in rows if r["source_id"] == source], dice)
        for source in range(1, SOURCES + 1)
    ]
    stopped = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for share in shares:
            group.create_task(write(url, share, rate / SOURCES, stopped))
        await asyncio.to_thread(sys.stdin.read)
        stopped.set()
    print(sum(share.changes for share in shares), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
