"""The partitions of a worker: opened, fed, published on time, given up, taken over again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg
import pytest
from faust.types import EventT
from prometheus_client import REGISTRY

from stream import batch_transport, ingestion, partition_run
from stream.ingestion import ConsumerStandsStillError, Ingestion
from tests.stream.plant import Plant, sample, until

NOT_JOINED = "the consumer group has not assigned partitions yet"


@asynccontextmanager
async def owning(plant: Plant, publish_seconds: float) -> AsyncIterator[Ingestion]:
    """Give an ingestion that owns the partition and publishes it so often."""
    settings = plant.tools.settings.model_copy(update={"publish_seconds": publish_seconds})
    owner = Ingestion(replace(plant.tools, settings=settings))
    owner.assigned([plant.tp])
    await until(lambda: not owner.missing())
    yield owner
    await owner.close()


@pytest.fixture
async def owner(plant: Plant) -> AsyncIterator[Ingestion]:
    """An ingestion that owns the partition and publishes it only when it gives it up."""
    async with owning(plant, publish_seconds=600) as owner:
        yield owner


@pytest.fixture
async def publisher(plant: Plant) -> AsyncIterator[Ingestion]:
    """An ingestion that owns the partition and publishes it ten times a second."""
    async with owning(plant, publish_seconds=0.1) as owner:
        yield owner


async def take_in(owner: Ingestion, plant: Plant, event: EventT) -> None:
    """Hand a batch over and wait until it is taken in."""
    owner.receive(plant.tp, event)
    partition = owner._runs[plant.tp].partition
    await until(lambda: partition.position >= event.value.next_offset)


async def hand_over_until(owner: Ingestion, plant: Plant, end: int) -> None:
    """Hand over what is fetched until the offset that counts is `end`."""
    while await plant.offset() < end:
        while plant.reader.events:
            owner.receive(plant.tp, plant.reader.events.pop(0))
        await plant.tools.pool.fetchval("SELECT pg_sleep(0.05)")  # the database tells nobody


def fenced() -> float:
    return REGISTRY.get_sample_value("gridfeed_fenced_total") or 0.0


async def test_what_is_missing_is_said_until_the_partitions_are_open(plant: Plant) -> None:
    owner = Ingestion(plant.tools)
    assert owner.missing() == [NOT_JOINED]
    owner.assigned([plant.tp])
    assert owner.missing() == ["1 partitions are not opened yet"]
    await until(lambda: not owner.missing())
    await owner.close()


async def test_a_partition_that_is_given_up_is_written_first(
    plant: Plant, owner: Ingestion
) -> None:
    await take_in(owner, plant, await plant.sent(sample(0), sample(1)))
    assert await plant.offset() == 0
    await owner.revoked([plant.tp])
    assert await plant.offset() == 2
    assert await plant.fetch("SELECT sum(samples) FROM sample_block") == [(2,)]


async def test_closing_writes_what_is_in_memory(plant: Plant, owner: Ingestion) -> None:
    await take_in(owner, plant, await plant.sent(sample(0)))
    await owner.close()
    assert await plant.offset() == 1


async def test_a_batch_of_a_partition_that_is_not_owned_is_dropped_unacknowledged(
    plant: Plant,
    owner: Ingestion,
) -> None:
    await owner.revoked([plant.tp])
    event = await plant.sent(sample(0))
    owner.receive(plant.tp, event)
    assert not event.message.acked
    assert (await plant.energies(), await plant.offset()) == ([], 0)


async def test_every_publish_seconds_what_is_new_is_published(
    plant: Plant, publisher: Ingestion
) -> None:
    await take_in(publisher, plant, await plant.sent(sample(0), sample(6)))
    async with asyncio.timeout(60):
        while not await plant.energies():
            await plant.tools.pool.fetchval("SELECT pg_sleep(0.05)")  # the database tells nobody


async def test_a_former_owner_writes_nothing_and_takes_the_partition_over_again(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partition_run, "REOPEN_SECONDS", 0.1)
    before = fenced()
    async with owning(plant, publish_seconds=8) as owner:
        await take_in(owner, plant, await plant.sent(sample(0), sample(6)))
        await plant.owner().open()
        await until(lambda: fenced() > before)
        assert (await plant.energies(), await plant.offset()) == ([], 0)
        async with asyncio.timeout(60):
            await hand_over_until(owner, plant, 2)
    assert (len(await plant.energies()), plant.crashes) == (2, [])


async def test_what_nobody_expected_ends_the_worker_and_the_batch_is_not_acknowledged(
    plant: Plant,
    owner: Ingestion,
) -> None:
    event = await plant.sent(sample(0))
    await plant.fetch("ALTER TABLE meter_source RENAME TO elsewhere")
    owner.receive(plant.tp, event)
    await until(lambda: plant.crashes)
    await plant.fetch("ALTER TABLE elsewhere RENAME TO meter_source")
    assert {type(each) for each in plant.crashes} == {asyncpg.UndefinedTableError}
    assert (event.message.acked, await plant.offset()) == (False, 0)


async def test_a_partition_whose_log_restarted_is_opened_anew(
    plant: Plant, owner: Ingestion
) -> None:
    event = await plant.sent(sample(0), sample(1))
    await take_in(owner, plant, event)
    event.value = replace(event.value, follows=7)
    partition = owner._runs[plant.tp].partition
    former = partition.source
    owner.receive(plant.tp, event)
    await until(lambda: partition.source not in (None, former))
    assert plant.crashes == []


async def test_many_messages_in_the_log_are_a_backlog(
    plant: Plant, owner: Ingestion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingestion, "LARGE_BACKLOG", 2)
    event = await plant.sent(sample(0), sample(1), sample(2))
    assert owner.is_behind()
    await take_in(owner, plant, event)
    assert not owner.is_behind()


async def test_a_worker_ends_whose_consumer_hears_nothing_while_the_broker_answers_others(
    plant: Plant, owner: Ingestion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingestion, "HEARD_SECONDS", 0.2)
    monkeypatch.setattr(batch_transport, "HEARD_SECONDS", 2.0)
    thread = plant.reader.consumer._thread
    fetcher = thread._ensure_consumer()._fetcher
    looking = asyncio.create_task(owner.ask_why_silent_for_ever())
    await until(lambda: plant.reader.consumer.has_heard_of(plant.tp))
    assert not plant.crashes
    thread.thread_loop.call_soon_threadsafe(fetcher._fetch_task.cancel)
    await looking
    (error,) = plant.crashes
    assert isinstance(error, ConsumerStandsStillError)
