"""Workers are killed, replaced and doubled under load: nothing lost, nothing twice."""

import asyncio
import random

import pytest

from gridfeed.kafka.topics import Stream
from tests.e2e.load import (
    PROJECT,
    Load,
    assert_exact,
    assert_feed_is_whole,
    assert_topic_is_whole,
)
from tests.e2e.system import OPENED, System

pytestmark = [pytest.mark.fault, pytest.mark.slow]


async def test_five_kills_under_load_lose_nothing_and_count_nothing_twice(system: System) -> None:
    load, dice = Load(seconds=1800), random.Random(5)
    system.run("projects", "apply", "-", given=PROJECT)
    worker = system.start("worker")
    await system.eventually(OPENED, until=2 * len(Stream))
    for chunk in load.chunks(6):
        await system.send(Stream.TELEMETRY, chunk)
        await asyncio.sleep(dice.uniform(0.1, 2.0))
        system.kill(worker)
        worker = system.start("worker")
    await system.wait_until_handled()
    await assert_exact(system, load)
    await assert_feed_is_whole(system)
    await assert_topic_is_whole(system)


async def test_rolling_two_workers_under_load_loses_nothing(system: System) -> None:
    load = Load(seconds=1800)
    system.run("projects", "apply", "-", given=PROJECT)
    workers = [system.start("worker")]
    await system.eventually(OPENED, until=2 * len(Stream))
    for chunk in load.chunks(4):
        await system.send(Stream.TELEMETRY, chunk)
        workers.append(system.start("worker"))
        await system.until_said("partitions assigned")
        assert system.stop(workers.pop(0)) == 0
    await system.wait_until_handled()
    await assert_exact(system, load)
    await assert_feed_is_whole(system)
    await assert_topic_is_whole(system)


async def test_the_worker_outlives_a_database_that_cuts_every_connection(system: System) -> None:
    load = Load(seconds=900)
    system.run("projects", "apply", "-", given=PROJECT)
    worker = system.start("worker")
    await system.eventually(OPENED, until=2 * len(Stream))
    for chunk in load.chunks(8):
        await system.send(Stream.TELEMETRY, chunk)
        await system.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    await system.wait_until_handled()
    assert worker.poll() is None
    await assert_exact(system, load)
    await assert_feed_is_whole(system)
    await assert_topic_is_whole(system)


async def test_meters_whose_messages_come_from_two_partitions_are_exact(system: System) -> None:
    """As after raising the partition count, or with producers that partition differently."""
    load, dice = Load(seconds=1200), random.Random(2)
    system.run("projects", "apply", "-", given=PROJECT)
    for _ in range(2):
        system.start("worker")
    await system.eventually(OPENED, until=2 * len(Stream))
    for chunk in load.chunks(5):
        where = [dice.randrange(2) for _ in chunk]
        await system.send(Stream.TELEMETRY, chunk, partitions=where)
        await asyncio.sleep(0.5)
    await system.wait_until_handled()
    await assert_exact(system, load)
    await assert_feed_is_whole(system)
