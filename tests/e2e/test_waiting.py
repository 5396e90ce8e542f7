"""A partition that waits holds up no other, and is named: which, for what, since when."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from cli.local.service import free_port
from gridfeed.avro.encode import encode_read, encode_telemetry
from gridfeed.domain.settlement.messages import RevenueRead
from gridfeed.domain.words import Channel, ReadQuality
from gridfeed.kafka.topics import Stream, input_topic
from tests.e2e.conftest import FLEET
from tests.e2e.system import OPENED, PATIENCE_SECONDS, System
from tests.plain_http import PLAIN

pytestmark = pytest.mark.fault

START = datetime(2026, 1, 5, tzinfo=UTC)
READ = RevenueRead("delta-1", START, 900, 1_000_000, Channel.NET, ReadQuality.VALID, 0, START)
VALUES = (
    "SELECT count(*) > 0 FROM interval_value JOIN meter USING (meter_id)"
    " WHERE meter_number = $1 AND energy_microkwh IS NOT NULL"
)
READS = "SELECT count(*) FROM settlement_read JOIN meter USING (meter_id) WHERE meter_number = $1"


class Observed:
    """A worker whose /readyz and /metrics are asked."""

    def __init__(self, system: System) -> None:
        port = system.environment["GRIDFEED_WORKER_METRICS_PORT"]
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", **PLAIN)

    def gauge(self, name: str, topic: str, partition: int) -> float | None:
        """Return a gauge of a partition; None when it is not there."""
        for family in text_string_to_metric_families(self.http.get("/metrics").text):
            for sample in family.samples:
                place = sample.labels.get("topic"), sample.labels.get("partition")
                if sample.name == name and place == (topic, str(partition)):
                    return float(sample.value)
        return None

    async def missing(self) -> list[str]:
        """Return what /readyz says is missing, once the worker answers."""
        while True:
            try:
                missing: list[str] = self.http.get("/readyz").json()["missing"]
            except httpx.TransportError:
                await asyncio.sleep(0.2)
            else:
                return missing

    async def until_missing(self, *words: str) -> None:
        """Wait until a sentence of /readyz has all words; without any, until nothing is missing."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                missing = await self.missing()
                if any(all(word in said for word in words) for said in missing) or (
                    not words and not missing
                ):
                    return
                await asyncio.sleep(0.2)

    async def until_gauge(self, name: str, topic: str, partition: int, at_least: float) -> None:
        """Wait until a gauge of a partition is at least so high."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                if (self.gauge(name, topic, partition) or 0) >= at_least:
                    return
                await asyncio.sleep(0.2)


@asynccontextmanager
async def row_held(system: System, topic: str, partition: int) -> AsyncIterator[None]:
    """Hold the row of a partition, as another session may."""
    connection = await asyncpg.connect(system.database_url)
    try:
        async with connection.transaction():
            query = "SELECT FROM ingest_source WHERE topic = $1 AND kafka_partition = $2 FOR UPDATE"
            await connection.fetch(query, topic, partition)
            yield
    finally:
        await connection.close()


@pytest.fixture
async def observed(system: System) -> Observed:
    """A worker that has opened its partitions."""
    system.environment["GRIDFEED_WORKER_METRICS_PORT"] = str(free_port())
    await asyncio.to_thread(system.run, "projects", "apply", "-", given=FLEET)
    system.start("worker")
    await system.eventually(OPENED, until=2 * len(Stream))
    return Observed(system)


async def test_a_partition_that_cannot_be_published_waits_alone_and_is_named(
    system: System, observed: Observed
) -> None:
    topic = input_topic(system.settings, Stream.TELEMETRY)
    samples = [
        (meter, encode_telemetry(meter, START + timedelta(seconds=30 * n), 60.0))
        for n in range(11)
        for meter in ("delta-1", "delta-2")
    ]
    async with row_held(system, topic, 0):
        await system.send(Stream.TELEMETRY, samples, partitions=[0, 1] * 11)
        await system.eventually(VALUES, "delta-2", until=True)
        await observed.until_missing("another session locks rows", f"{topic}[0] since 20")
        await observed.until_gauge("gridfeed_waiting_seconds", topic, 0, 1.0)
        assert observed.gauge("gridfeed_waiting_seconds", topic, 1) is None
    await system.eventually(VALUES, "delta-1", until=True)
    await observed.until_missing()


async def send_12_versions(system: System) -> None:
    """Send a read of delta-1 twelve times to partition 0, a batch each."""
    for number in range(12):
        version = encode_read(replace(READ, settlement_version=number))
        await system.send(Stream.READS, [("delta-1", version)], partitions=[0])


async def test_a_partition_that_takes_nothing_in_waits_alone_and_its_lag_counts(
    system: System, observed: Observed
) -> None:
    topic = input_topic(system.settings, Stream.READS)
    async with row_held(system, topic, 0):
        await send_12_versions(system)
        other = encode_read(replace(READ, meter_number="delta-2"))
        await system.send(Stream.READS, [("delta-2", other)], partitions=[1])
        await system.eventually(READS, "delta-2", until=1)
        await observed.until_gauge("gridfeed_lag_records", topic, 0, 12)
        await observed.until_missing(f"{topic}[0] since 20")
    await system.eventually(READS, "delta-1", until=12)
    await observed.until_missing()


async def test_a_partition_that_waits_loses_nothing_when_it_changes_its_worker(
    system: System, observed: Observed
) -> None:
    topic = input_topic(system.settings, Stream.READS)
    async with row_held(system, topic, 0):
        await send_12_versions(system)
        await observed.until_missing(f"{topic}[0] since 20")
        system.environment["GRIDFEED_WORKER_METRICS_PORT"] = str(free_port())
        system.start("worker")
        await Observed(system).until_missing("partitions are not opened yet")
    await system.eventually(READS, "delta-1", until=12)
    await observed.until_missing()
    await Observed(system).until_missing()
