"""Logs that lose their beginning, topics made again, partitions added: under running workers."""

import asyncio
import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from cli.local.service import free_port
from gridfeed.avro.encode import encode_telemetry
from gridfeed.kafka.topics import Stream, input_topic
from tests.e2e.conftest import FLEET
from tests.e2e.system import OPENED, PATIENCE_SECONDS, System
from tests.e2e.test_waiting import Observed
from tests.stream.log_ends import add_partitions, delete_records, make_again, remove

pytestmark = [pytest.mark.fault, pytest.mark.slow]

START = datetime(2026, 1, 5, tzinfo=UTC)
QUALITIES = (
    "SELECT string_agg(coalesce(quality::text, '-'), ' ' ORDER BY interval_start)"
    " FROM interval_value JOIN meter USING (meter_id) WHERE meter_number = 'delta-1'"
)
LOST = "SELECT count(*) FROM lost_stretch"
SAMPLES = "SELECT coalesce(sum(samples), 0) FROM sample_block"


def samples(minutes: range, power_kw: float = 60.0) -> list[tuple[str, bytes | None]]:
    """Return two samples a minute of delta-1."""
    at = (START + timedelta(minutes=minute, seconds=s) for minute in minutes for s in (0, 30))
    return [("delta-1", encode_telemetry("delta-1", each, power_kw)) for each in at]


async def send(system: System, minutes: range, partition: int = 0) -> None:
    """Send samples to one partition, whatever their key says."""
    messages = samples(minutes)
    await system.send(Stream.TELEMETRY, messages, partitions=[partition] * len(messages))


@contextmanager
def frozen(system: System) -> Iterator[None]:
    """Let the worker lag: it is frozen for less time than the group waits for it."""
    worker = system.processes[0]
    worker.send_signal(signal.SIGSTOP)
    yield
    worker.send_signal(signal.SIGCONT)


async def until_warned(observed: Observed, words: str) -> None:
    """Wait until the worker warns of something, and is ready all the same."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            said = await asyncio.to_thread(observed.http.get, "/readyz")
            assert said.status_code == 200
            if any(words in each for each in said.json()["warnings"]):
                return
            await asyncio.sleep(0.2)  # it answers when asked


@pytest.fixture
async def observed(system: System) -> Observed:
    """A worker that has opened its partitions."""
    system.environment["GRIDFEED_WORKER_METRICS_PORT"] = str(free_port())
    system.environment["GRIDFEED_KAFKA_SESSION_SECONDS"] = "30"
    await asyncio.to_thread(system.run, "projects", "apply", "-", given=FLEET)
    system.start("worker")
    await system.eventually(OPENED, until=2 * len(Stream))
    return Observed(system)


@pytest.fixture
def topic(system: System) -> str:
    """The topic of telemetry."""
    return input_topic(system.settings, Stream.TELEMETRY)


async def test_what_is_deleted_under_a_lagging_worker_is_told_until_it_is_acknowledged(
    system: System, observed: Observed, topic: str
) -> None:
    await send(system, range(14))
    await system.eventually(QUALITIES, until="calculated calculated calculated -")
    with frozen(system):
        for minute in range(14, 20):
            await send(system, range(minute, minute + 1))
        await send(system, range(20, 45))
        await delete_records(system.settings.kafka_bootstrap, topic, 2 * 18)
    await system.eventually(LOST, until=1)
    (lost,) = json.loads(await asyncio.to_thread(system.run, "losses", "--json"))
    # What had been asked for before it froze came to the worker: two messages, or none.
    assert lost["topic"] == topic
    assert lost["first_offset"] in (28, 30)
    assert lost["last_offset"] == 35
    assert lost["after_at"] < lost["before_at"]
    count = 36 - lost["first_offset"]
    await system.eventually(SAMPLES, until=90 - count)
    # The samples of the minutes 15 to 17 are gone; a minute on either side may be, too.
    assert (await system.fetch(QUALITIES))[0][0].split()[:9] == (
        ["calculated"] * 2 + ["estimated"] * 2 + ["calculated"] * 5
    )
    await until_warned(observed, f"up to {count} messages were deleted")
    assert (
        f'gridfeed_lost_messages_total{{topic="{topic}"}} {count}.0'
        in observed.http.get("/metrics").text
    )
    doctor = await asyncio.to_thread(system.run, "doctor", exits=(1,))
    assert (
        f"losses: up to {count} messages were deleted before they were handled: {topic}[0]"
        in doctor
    )
    await asyncio.to_thread(
        system.run, "losses", "--acknowledge", str(lost["lost_id"]), "--who", "ana"
    )
    assert json.loads(await asyncio.to_thread(system.run, "losses", "--json")) == []
    assert "losses: no message" in await asyncio.to_thread(system.run, "doctor", exits=(0, 1))
    await observed.until_missing()


async def test_when_a_lagging_workers_whole_log_is_deleted_that_is_noticed_before_a_message_comes(
    system: System, observed: Observed, topic: str
) -> None:
    await send(system, range(14))
    await system.eventually(QUALITIES, until="calculated calculated calculated -")
    with frozen(system):
        for minute in range(14, 30):
            await send(system, range(minute, minute + 1))
        await delete_records(system.settings.kafka_bootstrap, topic, 2 * 30)
    await system.eventually(LOST, until=1)
    await system.eventually(QUALITIES, until="calculated calculated estimated -")
    await send(system, range(60, 62))
    await system.eventually("SELECT before_at > after_at FROM lost_stretch", until=True)


async def test_a_topic_made_again_and_filled_beyond_the_offset_is_read_from_its_start(
    system: System, observed: Observed, topic: str
) -> None:
    await send(system, range(10))
    await system.eventually(SAMPLES, until=20)
    with frozen(system):
        await make_again(system.settings.kafka_bootstrap, topic, partitions=2)
        await send(system, range(100, 130))
    # Its first 20 messages lie below the offset that the worker goes on from.
    await system.eventually("SELECT sum(samples) FROM interval_value", until=20 + 60)
    await system.eventually(
        "SELECT max(generation) FROM ingest_source WHERE topic = $1", topic, until=2
    )
    await system.eventually(LOST, until=0)


async def test_a_topic_made_again_that_is_shorter_is_read_from_its_start_under_the_same_worker(
    system: System, observed: Observed, topic: str
) -> None:
    await send(system, range(10))
    await system.eventually(SAMPLES, until=20)
    await make_again(system.settings.kafka_bootstrap, topic, partitions=2)
    await send(system, range(100, 105))
    await system.eventually(SAMPLES, until=20 + 10)
    await observed.until_missing()


async def test_a_new_partition_is_read_within_seconds(
    system: System, observed: Observed, topic: str
) -> None:
    await add_partitions(system.settings.kafka_bootstrap, topic, 3)
    loop = asyncio.get_running_loop()
    since = loop.time()
    await send(system, range(10), partition=2)
    await system.eventually(SAMPLES, until=20)
    assert loop.time() - since < 60  # metadata are fetched every five minutes by default


async def test_a_topic_that_does_not_exist_is_named_and_read_once_it_is_made(
    system: System, observed: Observed, topic: str
) -> None:
    await remove(system.settings.kafka_bootstrap, topic)
    await observed.until_missing(f"topic {topic} does not exist")
    await asyncio.to_thread(system.run, "topics", "--create")
    await send(system, range(10))
    await system.eventually(SAMPLES, until=20)
    await observed.until_missing()
