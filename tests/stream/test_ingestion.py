"""The partitions of a worker: opened, fed, published on time, given up, taken over again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from prometheus_client import REGISTRY

from stream import ingestion
from stream.ingestion import Ingestion
from tests.stream.plant import Plant, sample, until

NOT_JOINED = "the consumer group has not assigned partitions yet"


@pytest.fixture
async def owner(plant: Plant) -> AsyncIterator[Ingestion]:
    """An ingestion that owns the partition."""
    owner = Ingestion(plant.tools)
    owner.assigned([plant.tp])
    await until(lambda: not owner.missing())
    yield owner
    await owner.close()


@asynccontextmanager
async def publishing(owner: Ingestion) -> AsyncIterator[None]:
    """Publish what is new in the meantime."""
    task = asyncio.create_task(owner.publish_for_ever())
    yield
    task.cancel()


async def published(plant: Plant, owner: Ingestion) -> None:
    """Hand over what is fetched until a value is published."""
    async with asyncio.timeout(60):
        while not await plant.energies():
            while plant.reader.events:
                await owner.receive(plant.tp, plant.reader.events.pop(0))
            await asyncio.sleep(0.05)  # the database tells nobody


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
    await owner.receive(plant.tp, await plant.sent(sample(0), sample(1)))
    assert await plant.offset() == 0
    await owner.revoked([plant.tp])
    assert await plant.offset() == 2
    assert await plant.fetch("SELECT sum(samples) FROM sample_block") == [(2,)]


async def test_closing_writes_what_is_in_memory(plant: Plant, owner: Ingestion) -> None:
    await owner.receive(plant.tp, await plant.sent(sample(0)))
    await owner.close()
    assert await plant.offset() == 1


async def test_a_batch_of_a_partition_that_is_not_owned_is_dropped_unacknowledged(
    plant: Plant,
    owner: Ingestion,
) -> None:
    await owner.revoked([plant.tp])
    event = await plant.sent(sample(0))
    await owner.receive(plant.tp, event)
    assert not event.message.acked
    assert (await plant.energies(), await plant.offset()) == ([], 0)


async def test_every_publish_seconds_what_is_new_is_published(
    plant: Plant, owner: Ingestion
) -> None:
    await plant.send(sample(0), sample(6))
    async with publishing(owner):
        await published(plant, owner)
    assert await plant.energies() != []


async def test_a_former_owner_writes_nothing_and_takes_the_partition_over_again(
    plant: Plant, owner: Ingestion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingestion, "REOPEN_SECONDS", 0.1)
    before = fenced()
    await owner.receive(plant.tp, await plant.sent(sample(0), sample(6)))
    await plant.owner().open()
    async with publishing(owner):
        await until(lambda: fenced() > before)
        assert (await plant.energies(), await plant.offset()) == ([], 0)
        await published(plant, owner)
    await owner.close()
    assert (await plant.offset(), plant.crashes) == (2, [])


async def test_what_nobody_expected_ends_the_worker_and_the_batch_is_not_acknowledged(
    plant: Plant,
    owner: Ingestion,
) -> None:
    event = await plant.sent(sample(0))
    await plant.fetch("ALTER TABLE meter_source RENAME TO elsewhere")
    with pytest.raises(asyncpg.UndefinedTableError):
        await owner.receive(plant.tp, event)
    assert {type(each) for each in plant.crashes} == {asyncpg.UndefinedTableError}
    assert (event.message.acked, await plant.offset()) == (False, 0)
    await plant.fetch("ALTER TABLE elsewhere RENAME TO meter_source")


async def test_a_partition_whose_log_restarted_is_opened_anew(
    plant: Plant, owner: Ingestion
) -> None:
    batch = (event := await plant.sent(sample(0), sample(1))).value
    await owner.receive(plant.tp, event)
    event.value = type(batch)(batch.records, 7, batch.end)
    await owner.receive(plant.tp, event)
    assert owner.missing() == ["1 partitions are not opened yet"]
    await until(lambda: not owner.missing())
    assert plant.crashes == []


async def test_many_messages_in_the_log_are_a_backlog(
    plant: Plant, owner: Ingestion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingestion, "LARGE_BACKLOG", 2)
    event = await plant.sent(sample(0), sample(1), sample(2))
    assert owner.is_behind()
    await owner.receive(plant.tp, event)
    assert not owner.is_behind()
