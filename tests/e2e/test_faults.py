"""Workers are killed, replaced and doubled under load: nothing lost, nothing twice."""

import random
import time

import pytest

from gridfeed.wire.topics import Stream
from tests.e2e.load import (
    PROJECT,
    Load,
    assert_exact,
    assert_feed_is_whole,
    assert_topic_is_whole,
)
from tests.e2e.system import OPENED, System

pytestmark = [pytest.mark.fault, pytest.mark.slow]


def test_five_kills_under_load_lose_nothing_and_count_nothing_twice(system: System) -> None:
    load, dice = Load(seconds=1800), random.Random(5)
    system.run("projects", "apply", "-", given=PROJECT)
    worker = system.start("worker")
    system.eventually(OPENED, until=2 * len(Stream))
    for chunk in load.chunks(6):
        system.send(Stream.TELEMETRY, chunk)
        time.sleep(dice.uniform(0.1, 2.0))
        system.kill(worker)
        worker = system.start("worker")
    system.wait_until_handled()
    assert_exact(system, load)
    assert_feed_is_whole(system)
    assert_topic_is_whole(system)


def test_rolling_two_workers_under_load_loses_nothing(system: System) -> None:
    load = Load(seconds=1800)
    system.run("projects", "apply", "-", given=PROJECT)
    workers = [system.start("worker")]
    system.eventually(OPENED, until=2 * len(Stream))
    for chunk in load.chunks(4):
        system.send(Stream.TELEMETRY, chunk)
        workers.append(system.start("worker"))
        time.sleep(2)
        assert system.stop(workers.pop(0)) == 0
    system.wait_until_handled()
    assert_exact(system, load)
    assert_feed_is_whole(system)
    assert_topic_is_whole(system)


def test_the_worker_outlives_a_database_that_cuts_every_connection(system: System) -> None:
    load = Load(seconds=900)
    system.run("projects", "apply", "-", given=PROJECT)
    worker = system.start("worker")
    system.eventually(OPENED, until=2 * len(Stream))
    for chunk in load.chunks(8):
        system.send(Stream.TELEMETRY, chunk)
        system.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    system.wait_until_handled()
    assert worker.poll() is None
    assert_exact(system, load)
    assert_feed_is_whole(system)
    assert_topic_is_whole(system)


def test_meters_whose_messages_come_from_two_partitions_are_exact(system: System) -> None:
    """As after raising the partition count, or with producers that partition differently."""
    load, dice = Load(seconds=1200), random.Random(2)
    system.run("projects", "apply", "-", given=PROJECT)
    for _ in range(2):
        system.start("worker")
    system.eventually(OPENED, until=2 * len(Stream))
    for chunk in load.chunks(5):
        where = [dice.randrange(2) for _ in chunk]
        system.send(Stream.TELEMETRY, chunk, partitions=where)
        time.sleep(0.5)
    system.wait_until_handled()
    assert_exact(system, load)
    assert_feed_is_whole(system)
