"""Load, and kills of everything that handles it, in an order that a seed decides."""

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from gridfeed.kafka.topics import Stream, input_topic
from tests.api.processes import Served
from tests.e2e.load import PROJECT, Load
from tests.e2e.system import OPENED, System
from tests.faults.cluster import Cluster
from tests.faults.follower import Follower

#: How long it may take until everything that was sent is handled after a kill.
RECOVERY_SECONDS = 120
OFFSETS = "SELECT kafka_partition, next_offset FROM ingest_source WHERE topic = $1"
NEWEST = (
    "SELECT lpad(xid::text, 20, '0') || '-' || lpad(seq::text, 19, '0') FROM change"
    " ORDER BY xid DESC, seq DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Profile:
    """How many kills of each kind."""

    worker: int
    api: int
    broker: int
    database: int

    def order(self, dice: random.Random) -> list[str]:
        """Return the kills in the order in which they come."""
        kinds = ["worker"] * self.worker + ["api"] * self.api
        kinds += ["broker"] * self.broker + ["database"] * self.database
        dice.shuffle(kinds)
        return kinds


SHORT = Profile(worker=4, api=2, broker=2, database=2)
LONG = Profile(worker=30, api=10, broker=10, database=10)


@dataclass(frozen=True, slots=True)
class Ends:
    """The offset after the last of each partition."""

    topic: str
    by_partition: dict[int, int]


@dataclass
class Storm:
    """Two workers, an API and a follower, on services that are killed as well."""

    system: System
    cluster: Cluster
    dice: random.Random
    #: Seconds from each kill until all that was sent before it was handled, by kind.
    recoveries: list[tuple[str, float]] = field(default_factory=list)

    async def run(self, profile: Profile) -> Sequence[str]:
        """Let it happen; return the change ids that the follower got."""
        system, kinds = self.system, profile.order(self.dice)
        await asyncio.to_thread(system.run, "projects", "apply", "-", given=PROJECT)
        token = await asyncio.to_thread(system.run, "clients", "create", "follower")
        self._workers = [system.start("worker") for _ in range(2)]
        await system.eventually(OPENED, until=2 * len(Stream))
        self._api = Served(system.database_url, log=system.directory / "api.log").start()
        follower = Follower(self._api.url, token.split()[-1])
        following = asyncio.create_task(follower.follow_for_ever())
        try:
            for kind, chunk in zip(kinds, self._load(len(kinds)), strict=True):
                await self._suffer(kind, chunk)
            await self._followed(follower)
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
            self._api.kill()
        return follower.change_ids

    def _load(self, parts: int) -> list[list[tuple[str, bytes]]]:
        return Load(seconds=150 * parts).chunks(parts)

    async def _suffer(self, kind: str, chunk: Sequence[tuple[str, bytes]]) -> None:
        """Send a part, with a kill somewhere on its way, and wait until it is handled."""
        sending = asyncio.create_task(self._send_all(chunk))
        await asyncio.sleep(self.dice.uniform(0.0, 2.0))
        began = time.monotonic()
        await asyncio.to_thread(self._kill, kind)
        await sending
        await self._handled(began + RECOVERY_SECONDS)
        self.recoveries.append((kind, time.monotonic() - began))

    def _kill(self, kind: str) -> None:
        match kind:
            case "worker":
                self.system.kill(self._workers.pop(0))
                self._workers.append(self.system.start("worker"))
            case "api":
                self._api.kill()
                assert self._api.process
                self._api.process.wait()
                self._api.start()
            case "broker":
                self.cluster.crash("kafka")
            case "database":
                self.cluster.crash("timescaledb")

    async def _send_all(self, chunk: Sequence[tuple[str, bytes]]) -> None:
        """Send every message at least once: what got no answer is sent again."""
        size = 200
        for at in range(0, len(chunk), size):
            while True:
                try:
                    async with asyncio.timeout(20):
                        await self.system.send(Stream.TELEMETRY, chunk[at : at + size])
                    break
                except (KafkaError, TimeoutError, OSError):
                    await asyncio.sleep(0.5)

    async def _handled(self, until: float) -> None:
        """Wait until the stored offsets have reached the ends of the log."""
        ends = await self._ends(until)
        while True:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                rows = await self.system.fetch(OFFSETS, ends.topic)
                stored = {row["kafka_partition"]: row["next_offset"] for row in rows}
                if stored == ends.by_partition:
                    return
            assert time.monotonic() < until, f"not handled in time\n{self.system.logs()}"
            await asyncio.sleep(0.2)  # nothing announces what another process commits

    async def _ends(self, until: float) -> "Ends":
        settings = self.system.settings
        topic = input_topic(settings, Stream.TELEMETRY)
        places = [TopicPartition(topic, n) for n in range(settings.topic_partitions)]
        while True:
            consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka_bootstrap)
            try:
                await consumer.start()
                found = await consumer.end_offsets(places)
                return Ends(topic, {place.partition: end for place, end in found.items()})
            except (KafkaError, OSError):
                assert time.monotonic() < until
                await asyncio.sleep(0.5)
            finally:
                await consumer.stop()

    async def _followed(self, follower: Follower) -> None:
        """Wait until all is final and the follower has the last change of it."""
        await self.system.eventually(
            "SELECT count(*) FROM interval_value WHERE finalize_at IS NOT NULL", until=0
        )
        newest = (await self.system.fetch(NEWEST))[0][0]
        async with asyncio.timeout(RECOVERY_SECONDS):
            while follower.change_ids[-1:] != [newest]:  # noqa: ASYNC110
                await asyncio.sleep(0.2)
