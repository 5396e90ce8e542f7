"""A feed that is written, processes that publish it, and what then stands in the topic."""

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import asyncpg
import fastavro
from aiokafka import ConsumerRecord

from gridfeed.avro.schemas import kept
from gridfeed.kafka.topics import changes_topic
from gridfeed.settings import Settings
from tests import programs
from tests.cli.kafka_contents import read_contents
from tests.programs import Program

METERS = 20
PATIENCE_SECONDS = 120
#: One transaction writes so many changes, of meters in turn.
FILL = """
INSERT INTO change (kind, meter_id, production_format, channel, interval_from, interval_to,
  interval_seconds, recorded_at, cause, delta_microkwh, observed_at, ingested_at)
SELECT 'UPDATED', m.meter_id, 'scada', 'GROSS', '2026-03-01', '2026-03-01 00:05', 300,
  clock_timestamp(), 'samples', -125000, clock_timestamp() - interval '2 s',
  clock_timestamp() - interval '1 s'
FROM generate_series(1, $1) AS n
JOIN meter m ON m.meter_number = 'm' || (n % 20)
"""
FEED = """
SELECT lpad(xid::text, 20, '0') || '-' || lpad(seq::text, 19, '0') AS change_id, meter_number
FROM change JOIN meter USING (meter_id) ORDER BY xid, seq
"""
PUBLISHER = (
    "SELECT a.client_port FROM pg_stat_activity a JOIN pg_locks l USING (pid)"
    " WHERE a.datname = current_database() AND a.application_name = 'gridfeed-changes-out'"
    " AND l.locktype = 'advisory' AND l.granted"
)
POSITION = "SELECT lpad(xid::text, 20, '0') || '-' || lpad(seq::text, 19, '0') FROM changes_out"


def read_change(value: bytes) -> dict[str, Any]:
    """Return a message of the topic, with logical types."""
    writer = kept().version(value[2:10])
    assert writer is not None
    record = fastavro.schemaless_reader(BytesIO(value[10:]), writer, None)
    assert isinstance(record, dict)
    return record


@dataclass
class FeedOut:
    """One installation's feed, its topic, and the processes between them."""

    settings: Settings
    #: What the processes say.
    log: Path
    processes: list[Program] = field(default_factory=list)

    def start(self) -> Program:
        """Start one more process that publishes when it is elected."""
        told = {
            "GRIDFEED_KAFKA_BOOTSTRAP": self.settings.kafka_bootstrap,
            "GRIDFEED_DATABASE_URL": self.settings.database_url.get_secret_value(),
            "GRIDFEED_TOPIC_PREFIX": self.settings.topic_prefix,
            "GRIDFEED_KAFKA_SESSION_SECONDS": str(self.settings.kafka_session_seconds),
        }
        process = programs.start(
            environment=os.environ | told, output=self.log, module="tests.stream.publisher_process"
        )
        self.processes.append(process)
        return process

    async def fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Return rows of the database."""
        connection = await asyncpg.connect(self.settings.database_url.get_secret_value())
        try:
            return await connection.fetch(query, *arguments)
        finally:
            await connection.close()

    async def write(self, changes: int) -> None:
        """Write changes in one transaction."""
        await self.fetch(FILL, changes)

    async def publisher_port(self) -> int | None:
        """Return the port of the session that is elected; it says which process it is."""
        return next((row["client_port"] for row in await self.fetch(PUBLISHER)), None)

    async def position(self) -> str:
        """Return the change_id up to which Kafka has the feed, as the database says."""
        return next((row[0] for row in await self.fetch(POSITION)), "")

    async def feed(self) -> list[tuple[str, str]]:
        """Return (change_id, meter_number) of every change in order."""
        return [tuple(row) for row in await self.fetch(FEED)]

    async def topic(self) -> list[ConsumerRecord]:
        """Return all messages, each partition's in order."""
        found = await read_contents(
            self.settings.kafka_bootstrap, [changes_topic(self.settings)], partitions=4
        )
        return [found[place] for place in sorted(found)]

    async def wait_until_published(self) -> None:
        """Wait until the position is that of the last change."""
        last = (await self.feed())[-1][0]

        async def reached() -> bool:
            return await self.position() == last

        await eventually(reached)

    async def assert_every_change_once_and_in_order(self) -> int:
        """The topic is the feed; returns how many messages are repetitions."""
        return assert_is_feed(await self.topic(), await self.feed())


def assert_is_feed(topic: Sequence[ConsumerRecord], feed: Sequence[tuple[str, str]]) -> int:
    """The first message of each change_id, by key, is the feed; returns the repetitions.

    And so is what a reader keeps who drops what is not greater than the last of its key.
    """
    expected: dict[str, list[str]] = defaultdict(list)
    for change_id, meter in feed:
        expected[meter].append(change_id)
    first: dict[str, dict[str, None]] = defaultdict(dict)
    greater: dict[str, list[str]] = defaultdict(list)
    for message in topic:
        change = read_change(message.value)
        key = message.key.decode()
        assert key == change["meter_number"]
        first[key].setdefault(change["change_id"])
        if not greater[key] or change["change_id"] > greater[key][-1]:
            greater[key].append(change["change_id"])
    for key, ids in expected.items():
        came = list(first[key])
        assert came == ids, (
            f"{key}: {len(ids)} changes, missing {sorted(set(ids) - set(came))[:9]},"
            f" surplus {sorted(set(came) - set(ids))[:9]}, or another order"
        )
    assert first.keys() == expected.keys()
    assert greater == expected
    return len(topic) - len(feed)


async def eventually(until: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await until():  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # nothing announces what another process commits


@asynccontextmanager
async def feed_out(settings: Settings, log: Path) -> AsyncIterator[FeedOut]:
    """Give a feed of 20 meters without changes; end the processes it was given."""
    out = FeedOut(settings, log)
    await out.fetch(
        "INSERT INTO project (cds_productionproject_id, tenant, name, timezone, interval_seconds,"
        " interval_anchor_seconds, units) VALUES ('p', 'default', 'P', 'UTC', 300, 0, 'kWh')"
    )
    await out.fetch(
        "WITH made AS (INSERT INTO meter (meter_number, cds_productionproject_id, capacity_kw,"
        " integration, hold_limit_seconds)"
        " SELECT 'm' || n, 'p', 10, 'step', 120 FROM generate_series(0, $1 - 1) AS n"
        " RETURNING meter_id)"
        " INSERT INTO membership (meter_id, cds_productionproject_id)"
        " SELECT meter_id, 'p' FROM made",
        METERS,
    )
    try:
        yield out
    finally:
        for process in out.processes:
            process.kill()
            process.wait()
