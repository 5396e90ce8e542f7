"""An installation whose processes sign in to a secured broker; topics and a database of its own."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import TimeoutExpired

import asyncpg
import httpx

from cli.local.service import free_port
from gridfeed.kafka.topic_admin import create_missing
from gridfeed.kafka.topics import changes_topic, dead_letters_topic, input_topics
from tests import programs
from tests.plain_http import PLAIN
from tests.secured.brokers import Brokers, Grant, as_environment, as_settings

#: How long something that takes seconds may take on a busy machine.
PATIENCE_SECONDS = 90
PROJECT = """
projects:
  - id: delta
    timezone: UTC
    meters: [{number: delta-1, capacity_kw: 100}]
"""
READS = """meter_number,interval_start,interval_seconds,energy_kwh,quality
delta-1,2026-03-01T12:00:00Z,900,15.118250,REVENUE
"""


@dataclass(frozen=True)
class Installation:
    """own: topics, group, database and ports; every process is told them and who it is."""

    own: dict[str, str]
    directory: Path

    @property
    def inputs(self) -> list[str]:
        """Its input topics."""
        return list(input_topics(as_settings(self.own)))

    @property
    def outputs(self) -> list[str]:
        """Its topics of letters and of changes."""
        settings = as_settings(self.own)
        return [dead_letters_topic(settings), changes_topic(settings)]

    def worker_grants(self) -> list[Grant]:
        """Return what a worker must be allowed."""
        read = [*self.inputs, self.outputs[0]]
        return [
            *(("READ", "TOPIC", name) for name in read),
            *(("WRITE", "TOPIC", name) for name in self.outputs),
            ("READ", "GROUP", self.own["kafka_group"]),
        ]

    def importer_grants(self) -> list[Grant]:
        """Return what a program that sends readings must be allowed."""
        return [("WRITE", "TOPIC", name) for name in self.inputs]

    async def run(self, who: dict[str, str], *command: str, given: str = "") -> tuple[int, str]:
        """Run a command of the program to its end; return its exit code and what it printed."""
        environment = os.environ | as_environment(self.own | who)
        done = await asyncio.to_thread(
            programs.run, *command, environment=environment, given=given, timeout=PATIENCE_SECONDS
        )
        return done.returncode, done.stdout + done.stderr

    async def succeed(self, who: dict[str, str], *command: str, given: str = "") -> str:
        """Run a command that must succeed; return what it printed."""
        code, printed = await self.run(who, *command, given=given)
        assert code == 0, printed
        return printed

    @asynccontextmanager
    async def running(self, who: dict[str, str], *command: str) -> AsyncIterator[Path]:
        """Run a command until the block ends; give the file that it logs to."""
        log = self.directory / f"{command[0]}.log"
        environment = os.environ | as_environment(self.own | who)
        process = programs.start(*command, environment=environment, output=log)
        try:
            yield log
        finally:
            process.terminate()
            try:
                await asyncio.to_thread(process.wait, 20)
            except TimeoutExpired:
                process.kill()
                await asyncio.to_thread(process.wait)

    async def value(self, query: str) -> object:
        """Return one value of the database."""
        connection = await asyncpg.connect(self.own["database_url"])
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    async def until_published(self, values: int, log: Path) -> None:
        """Wait until so many interval values are stored."""
        seen = await self.value("SELECT count(*) FROM interval_value")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while seen != values:
                await asyncio.sleep(0.2)  # nothing announces what another process commits
                seen = await self.value("SELECT count(*) FROM interval_value")
                assert "Traceback" not in (said := text_of(log)), said

    async def until_logged(self, log: Path, text: str) -> None:
        """Wait until a process has logged a text."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while text not in text_of(log):  # noqa: ASYNC110 - a file tells nobody
                await asyncio.sleep(0.2)

    async def until_ready(self, *, missing: str = "") -> None:
        """Wait until the worker's /readyz is well, or names what is missing."""
        url, said = f"http://127.0.0.1:{self.own['worker_metrics_port']}/readyz", ""
        async with httpx.AsyncClient(**PLAIN) as client:
            for _ in range(PATIENCE_SECONDS * 5):
                try:
                    answer = await client.get(url)
                except httpx.TransportError as error:
                    said = repr(error)
                else:
                    said = answer.text
                    if missing in said if missing else answer.is_success:
                        return
                await asyncio.sleep(0.2)  # it answers when asked
        raise AssertionError(f"/readyz says {said}, not {missing or 'that all is well'}")


def text_of(log: Path) -> str:
    """Return what a process has logged."""
    return log.read_text()


@asynccontextmanager
async def installed(
    brokers: Brokers, prefix: str, database_url: str, directory: Path
) -> AsyncIterator[Installation]:
    """Give an installation with its topics and its project."""
    own = {
        "database_url": database_url,
        "topic_prefix": prefix,
        "topic_partitions": "2",
        "kafka_group": f"{prefix}group",
        "kafka_session_seconds": "6",
        "publish_seconds": "0.2",
        "worker_metrics_port": str(free_port()),
    }
    await create_missing(as_settings(own | {"kafka_bootstrap": brokers.open}))
    installation = Installation(own, directory)
    await installation.succeed({}, "projects", "apply", "-", given=PROJECT)
    yield installation
