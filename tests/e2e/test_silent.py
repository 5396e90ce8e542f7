"""Connections that stay open and carry nothing: a worker goes on over fresh ones."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

import pytest

from gridfeed.kafka.topics import Stream
from tests.conftest import CHOICE
from tests.e2e.load import PROJECT, Load, assert_exact, assert_feed_is_whole, assert_topic_is_whole
from tests.e2e.system import OPENED, System
from tests.services import EMBEDDED
from tests.silent_proxy import SilentProxy, advertised, silent_broker, silent_database

pytestmark = [pytest.mark.fault, pytest.mark.slow]

#: On a quiet machine it takes half of that at most.
RECOVERED_SECONDS = 60.0


@dataclass
class Behind:
    """A worker that reaches broker and database through proxies alone."""

    system: System
    broker: SilentProxy
    database: SilentProxy


@pytest.fixture
async def behind(system: System) -> AsyncIterator[Behind]:
    """A worker behind proxies, ready; the test itself speaks to both directly."""
    system.run("projects", "apply", "-", given=PROJECT)
    with ExitStack() as stack:
        place = await advertised(system.settings.kafka_bootstrap)
        broker, bootstrap = stack.enter_context(silent_broker(*place))
        database, url = stack.enter_context(silent_database(system.database_url))
        through = system.environment | {
            "GRIDFEED_KAFKA_BOOTSTRAP": bootstrap,
            "GRIDFEED_DATABASE_URL": url,
        }
        worker = replace(system, environment=through).start("worker")
        await system.eventually(OPENED, until=2 * len(Stream))
        yield Behind(system, broker, database)
        await asyncio.to_thread(system.stop, worker)


async def handled(system: System) -> float:
    """Wait until all that was sent is handled; return for how long."""
    began = time.monotonic()
    await system.wait_until_handled()
    return time.monotonic() - began


@pytest.mark.parametrize("silent", [["broker"], ["database"], ["broker", "database"]], ids=str)
async def test_a_worker_whose_connections_go_silent_goes_on_over_fresh_ones_and_loses_nothing(
    behind: Behind, silent: list[str]
) -> None:
    system, load = behind.system, Load(seconds=900)
    first, second, third = load.chunks(3)
    await system.send(Stream.TELEMETRY, first)
    await system.wait_until_handled()
    for chunk in (second, third):
        await system.send(Stream.TELEMETRY, chunk[: len(chunk) // 2])
        for name in silent:
            assert getattr(behind, name).silence() > 0
        await system.send(Stream.TELEMETRY, chunk[len(chunk) // 2 :])
        took = await handled(system)
        assert took < RECOVERED_SECONDS, system.logs()
    await assert_exact(system, load)
    await assert_feed_is_whole(system)
    await assert_topic_is_whole(system)


async def test_a_worker_goes_on_after_its_broker_went_silent_in_the_middle_of_a_reassignment(
    request: pytest.FixtureRequest, behind: Behind
) -> None:
    if request.config.stash[CHOICE].kafka == EMBEDDED:
        pytest.skip("the embedded broker forgets no member that is alone; tested on Apache Kafka")
    system, load = behind.system, Load(seconds=900)
    first, second = load.chunks(2)
    await system.send(Stream.TELEMETRY, first)
    await system.wait_until_handled()
    behind.broker.mute()
    await asyncio.sleep(system.settings.kafka_session_seconds + 5)  # the group forgets the worker
    behind.broker.unmute()
    await system.until_said("partitions assigned", times=2)
    behind.broker.silence()
    await system.send(Stream.TELEMETRY, second)
    took = await handled(system)
    assert took < RECOVERED_SECONDS, system.logs()
    await assert_exact(system, load)
    await assert_feed_is_whole(system)


@pytest.mark.parametrize("silent", ["broker", "database"])
async def test_a_worker_that_could_not_even_connect_for_a_while_goes_on_when_it_can(
    behind: Behind, silent: str
) -> None:
    system, load = behind.system, Load(seconds=900)
    first, second = load.chunks(2)
    await system.send(Stream.TELEMETRY, first)
    getattr(behind, silent).mute()
    await system.send(Stream.TELEMETRY, second)
    await asyncio.sleep(25)
    getattr(behind, silent).unmute()
    took = await handled(system)
    assert took < RECOVERED_SECONDS, system.logs()
    await assert_exact(system, load)
    await assert_feed_is_whole(system)
