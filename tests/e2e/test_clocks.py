"""A worker whose clock is wrong judges nothing by it, and says so; a little off does not matter."""

import asyncio
import json
from datetime import timedelta

import httpx
import pytest
from aiokafka import ConsumerRecord

from cli.local.service import free_port
from gridfeed import clock
from gridfeed.avro.encode import encode_telemetry
from gridfeed.kafka.topics import Stream, dead_letters_topic
from tests import shifted
from tests.cli.kafka_contents import read_contents
from tests.e2e.load import PROJECT
from tests.e2e.system import OPENED, PATIENCE_SECONDS, System
from tests.plain_http import PLAIN

pytestmark = [pytest.mark.fault, pytest.mark.slow]

MOST_AHEAD = "SELECT coalesce(max(synced_at) <= clock_timestamp(), true) FROM ingest_source"
#: The watermark of telemetry is of the last seconds, and not of the future.
SYNCED = (
    "SELECT min(synced_at) BETWEEN clock_timestamp() - interval '30 seconds' AND clock_timestamp()"
    " FROM ingest_source WHERE stream = 'telemetry' AND topic NOT LIKE '%.acme'"
)


def live() -> list[tuple[str, bytes]]:
    """Return samples of the last minute."""
    now = clock.now()
    return [
        (
            f"load-{number}",
            encode_telemetry(f"load-{number}", now - timedelta(seconds=second), 50.0),
        )
        for second in range(60, 0, -5)
        for number in range(4)
    ]


async def rejected(system: System) -> list[ConsumerRecord]:
    """Return the letters there are."""
    settings = system.settings
    topic = dead_letters_topic(settings)
    found = await read_contents(settings.kafka_bootstrap, [topic], settings.topic_partitions)
    return list(found.values())


async def said(port: int, words: str) -> None:
    """Wait until the worker's /readyz says something."""
    async with asyncio.timeout(PATIENCE_SECONDS), httpx.AsyncClient(**PLAIN) as client:
        while True:
            try:
                answer = await client.get(f"http://127.0.0.1:{port}/readyz")
                if words in answer.text:
                    return
            except httpx.TransportError:
                pass  # it is starting
            await asyncio.sleep(0.2)


@pytest.mark.parametrize("seconds", [-3600, 3600])
async def test_a_worker_an_hour_off_rejects_and_finalises_nothing_and_says_why(
    system: System, seconds: int
) -> None:
    system.run("projects", "apply", "-", given=PROJECT)
    port = free_port()
    system.environment["GRIDFEED_WORKER_METRICS_PORT"] = str(port)
    right = dict(system.environment)
    system.environment.update(shifted.ahead(seconds))
    wrong = system.start("worker")
    system.environment.clear()
    system.environment.update(right)
    await system.eventually(OPENED, until=2 * len(Stream))
    await system.send(Stream.TELEMETRY, live())
    await said(port, f"clock: this machine's differs by {seconds:+d}"[:-2])
    await said(port, "waiting: ")
    doctor = json.loads(system.run("doctor", "--json", exits=(1,)))
    (clocks,) = [each for each in doctor["checks"] if each["name"] == "clocks of processes"]
    assert not clocks["ok"]
    assert "gridfeed-worker" in clocks["seen"]
    assert (await system.fetch(MOST_AHEAD))[0][0]
    assert (await system.fetch("SELECT coalesce(sum(next_offset), 0) FROM ingest_source"))[0][
        0
    ] == 0
    await asyncio.to_thread(system.stop, wrong)
    system.start("worker")
    await system.wait_until_handled()
    await system.eventually(SYNCED, until=True)
    assert await rejected(system) == []


@pytest.mark.parametrize("seconds", [-15, 15])
async def test_a_worker_a_little_off_goes_by_the_database_and_its_watermark_is_right(
    system: System, seconds: int
) -> None:
    system.run("projects", "apply", "-", given=PROJECT)
    right = dict(system.environment)
    system.environment |= shifted.ahead(seconds) | {"GRIDFEED_FUTURE_SECONDS": "5"}
    system.start("worker")
    system.environment.clear()
    system.environment.update(right)
    await system.eventually(OPENED, until=2 * len(Stream))
    await system.send(Stream.TELEMETRY, live())
    await system.wait_until_handled()
    await system.eventually(SYNCED, until=True)
    for _ in range(20):
        assert (await system.fetch(MOST_AHEAD))[0][0]
        await asyncio.sleep(0.2)
    assert await rejected(system) == []
