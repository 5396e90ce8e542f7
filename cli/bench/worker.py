"""Gridfeed as a contender: a worker process with default settings, measured by the database."""

import asyncio
import time
from pathlib import Path

from cli.bench.contender import PATIENCE_SECONDS, Measured, ended, running
from cli.bench.load import Load
from cli.bench.place import Connection, connected, own_database, sql
from cli.bench.stored import Stored, check_stored
from cli.proof.fleet import Plan
from gridfeed.kafka.topics import Stream, input_topic
from gridfeed.settings import Settings
from gridfeed.storage import catalogue
from gridfeed.storage.migrate import migrate

#: The time between two questions to the database. It lengthens Gridfeed's time by at most this.
_LOOK_SECONDS = 0.02


async def measured_worker(
    settings: Settings, load: Load, plan: Plan, log: Path
) -> tuple[Measured, Stored]:
    """Let a worker read the whole topic; return the time it took, and the rows it stored.

    The time runs from the opening of the first partition until the offset of the last message is
    durable, with all rows that it covers. Raises ContenderError, also if a stored value differs
    from the plain computation.
    """
    async with own_database(settings) as own, connected(own) as connection:
        await migrate(connection)
        await catalogue.apply(connection, [load.project()])
        await connection.execute("ANALYZE")
        async with running("cli.tethered", "worker", settings=own, log=log) as process:
            watch = _Watch(connection, input_topic(own, Stream.TELEMETRY))
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not await watch.is_durable(load.messages):
                    if process.returncode is not None:
                        raise ended("gridfeed worker", process, log)
                    await asyncio.sleep(_LOOK_SECONDS)
        measured = Measured(load.messages, watch.seconds)
        return measured, await check_stored(connection, load, plan)


class _Watch:
    def __init__(self, connection: Connection, topic: str) -> None:
        self._connection, self._topic = connection, topic
        self._began: float | None = None
        self._looked = self._ended = time.perf_counter()

    @property
    def seconds(self) -> float:
        assert self._began is not None
        return self._ended - self._began

    async def is_durable(self, messages: int) -> bool:
        before = self._looked
        row = await self._connection.fetchrow(*sql("progress", topic=self._topic))
        assert row is not None
        self._looked = self._ended = time.perf_counter()
        if self._began is None and row["partitions"]:
            self._began = before
        return int(row["messages"]) >= messages
