"""Real worker processes on real Kafka and a real database, for the tests of the whole path."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import TimeoutExpired

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

from gridfeed.kafka.topic_admin import create_missing
from gridfeed.kafka.topics import Stream, dead_letters_topic, input_topic
from gridfeed.settings import Settings
from tests import programs
from tests.programs import Program

#: How long something that takes seconds may take on a busy machine.
PATIENCE_SECONDS = 120

#: Of `eventually`: how many sources a worker has taken.
OPENED = "SELECT count(*) FROM ingest_source WHERE epoch > 0 AND topic NOT LIKE '%.acme'"


@dataclass
class System:
    """One installation: topics and a group of its own, a database, and processes."""

    environment: dict[str, str]
    directory: Path
    processes: list[Program] = field(default_factory=list)
    sent: int = 0

    @property
    def settings(self) -> Settings:
        """What the processes are set to."""
        given = {
            name.removeprefix("GRIDFEED_").lower(): text for name, text in self.environment.items()
        }
        return Settings(**given)  # type: ignore[arg-type]

    @property
    def database_url(self) -> str:
        """Where the values are."""
        return self.environment["GRIDFEED_DATABASE_URL"]

    def run(
        self,
        *command: str,
        given: str | None = None,
        program: Path | None = None,
        exits: tuple[int, ...] = (0,),
    ) -> str:
        """Run a command of the program to its end and return what it printed.

        program: the folder of another version. exits: the exit codes that are expected.
        """
        done = programs.run(
            *command,
            environment=os.environ | self.environment,
            given=given or "",
            folder=program,
            timeout=PATIENCE_SECONDS,
        )
        assert done.returncode in exits, done.stderr
        return done.stdout

    def start(self, *command: str, program: Path | None = None) -> Program:
        """Start a command that runs until it is told to stop; program as of `run`."""
        log = self.directory / f"{command[0]}-{len(self.processes)}.log"
        process = programs.start(
            *command, environment=os.environ | self.environment, output=log, folder=program
        )
        self.processes.append(process)
        return process

    def kill(self, process: Program) -> None:
        """End a process as a power cut would."""
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self, process: Program) -> int:
        """Ask a process to end and return its exit code."""
        process.send_signal(signal.SIGTERM)
        return process.wait(PATIENCE_SECONDS)

    async def until_said(self, text: str, *, times: int = 1) -> None:
        """Wait until the process that was started last has logged a text so often."""
        (log,) = self.directory.glob(f"*-{len(self.processes) - 1}.log")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while log.read_text().count(text) < times:
            assert time.monotonic() < deadline, f"{text!r}, {times} times:\n{self.logs()}"
            await asyncio.sleep(0.005)  # a log announces nothing

    def logs(self) -> str:
        """Return what the processes said, newest lines of each."""
        return "\n".join(
            f"--- {path.name}\n{path.read_text()[-20000:]}"
            for path in sorted(self.directory.glob("*.log"))
        )

    async def send(
        self,
        stream: Stream,
        messages: Sequence[tuple[str, bytes | None]],
        *,
        tenant: str | None = None,
        partitions: Sequence[int] | None = None,
    ) -> None:
        """Produce (key, value) pairs and wait until Kafka has them.

        partitions: where each message goes, if not where its key says.
        """
        topic = input_topic(self.settings, stream, tenant)
        where = partitions or [None] * len(messages)
        await self._send(topic, list(zip(messages, where, strict=True)))
        self.sent += len(messages)

    async def _send(
        self, topic: str, messages: Sequence[tuple[tuple[str, bytes | None], int | None]]
    ) -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=self.settings.kafka_bootstrap, acks="all", linger_ms=5
        )
        await producer.start()
        try:
            sent = [
                await producer.send(topic, value, key.encode(), partition=partition)
                for (key, value), partition in messages
            ]
            await asyncio.gather(*sent)
        finally:
            await producer.stop()

    async def dead_letters(
        self, enough: Callable[[list[ConsumerRecord]], bool]
    ) -> list[ConsumerRecord]:
        """Return all dead letters, once they are enough."""
        letters = await self._dead_letters(enough)
        assert enough(letters), f"{len(letters)} dead letters\n{self.logs()}"
        return letters

    async def _dead_letters(
        self, enough: Callable[[list[ConsumerRecord]], bool]
    ) -> list[ConsumerRecord]:
        topic = dead_letters_topic(self.settings)
        consumer = AIOKafkaConsumer(
            topic, bootstrap_servers=self.settings.kafka_bootstrap, auto_offset_reset="earliest"
        )
        await consumer.start()
        try:
            found: list[ConsumerRecord] = []
            until = time.monotonic() + PATIENCE_SECONDS
            while time.monotonic() < until and not enough(found):
                records = await consumer.getmany(timeout_ms=500)
                found += [record for part in records.values() for record in part]
            return found
        finally:
            await consumer.stop()

    async def fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Return rows of the database."""
        return await self._fetch(query, *arguments)

    async def _fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.database_url)
        try:
            return await connection.fetch(query, *arguments)
        finally:
            await connection.close()

    async def eventually(self, query: str, *arguments: object, until: object) -> None:
        """Wait until a query of one value returns `until`."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (seen := (await self.fetch(query, *arguments))[0][0]) != until:
            assert time.monotonic() < deadline, f"{query}: {seen!r}, not {until!r}\n{self.logs()}"
            await asyncio.sleep(0.2)  # nothing announces what another process commits

    async def wait_until_handled(self) -> None:
        """Wait until everything that was sent is covered by the offsets in the database."""
        await self.eventually(
            "SELECT coalesce(sum(next_offset), 0)::bigint FROM ingest_source", until=self.sent
        )


@asynccontextmanager
async def installed(environment: dict[str, str], directory: Path) -> AsyncIterator[System]:
    """Give an installation with its topics created; stop what it started."""
    system = System(environment, directory)
    await create_missing(system.settings)
    try:
        yield system
    finally:
        for process in system.processes:
            if process.poll() is None:
                process.terminate()
        for process in system.processes:
            try:
                process.wait(20)
            except TimeoutExpired:
                process.kill()
                process.wait()
