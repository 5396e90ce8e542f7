"""The partitions of a worker: opened, fed, published on time, given up, taken over again."""

import asyncio

import asyncpg
import pytest
from prometheus_client import REGISTRY

from stream import ingestion
from stream.ingestion import Ingestion
from tests.stream.plant import Plant, sample, until

NOT_JOINED = "the consumer group has not assigned partitions yet"


async def opened(plant: Plant) -> Ingestion:
    """Return an ingestion that owns the partition."""
    owner = Ingestion(plant.tools)
    owner.assigned([plant.tp])
    await until(lambda: not owner.missing())
    return owner


def fenced() -> float:
    return REGISTRY.get_sample_value("gridfeed_fenced_total") or 0.0


async def test_what_is_missing_is_said_until_the_partitions_are_open(plant: Plant) -> None:
    owner = Ingestion(plant.tools)
    assert owner.missing() == [NOT_JOINED]
    owner.assigned([plant.tp])
    assert owner.missing() == ["1 partitions are not opened yet"]
    await until(lambda: not owner.missing())
    await owner.close()


async def test_a_partition_that_is_given_up_is_written_first(plant: Plant) -> None:
    owner = await opened(plant)
    await owner.receive(plant.tp, await plant.sent(sample(0), sample(1)))
    assert await plant.offset() == 0
    await owner.revoked([plant.tp])
    assert await plant.offset() == 2
    assert await plant.fetch("SELECT sum(samples) FROM sample_block") == [(2,)]


async def test_closing_writes_what_is_in_memory(plant: Plant) -> None:
    owner = await opened(plant)
    await owner.receive(plant.tp, await plant.sent(sample(0)))
    await owner.close()
    assert await plant.offset() == 1


async def test_a_batch_of_a_partition_that_is_not_owned_is_dropped_unacknowledged(
    plant: Plant,
) -> None:
    owner = await opened(plant)
    await owner.revoked([plant.tp])
    event = await plant.sent(sample(0))
    await owner.receive(plant.tp, event)
    assert not event.message.acked
    await owner.close()
    assert (await plant.energies(), await plant.offset()) == ([], 0)


async def test_every_publish_seconds_what_is_new_is_published(plant: Plant) -> None:
    owner = await opened(plant)
    publishing = asyncio.create_task(owner.publish_for_ever())
    await owner.receive(plant.tp, await plant.sent(sample(0), sample(6)))
    async with asyncio.timeout(30):
        while not await plant.energies():  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.05)
    publishing.cancel()
    await owner.close()


async def test_a_former_owner_writes_nothing_and_takes_the_partition_over_again(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingestion, "REOPEN_SECONDS", 0.1)
    owner, before = await opened(plant), fenced()
    await owner.receive(plant.tp, await plant.sent(sample(0), sample(6)))
    await plant.owner().open()
    publishing = asyncio.create_task(owner.publish_for_ever())
    await until(lambda: fenced() > before)
    assert (await plant.energies(), await plant.offset()) == ([], 0)
    while not await plant.energies():
        await owner.receive(plant.tp, await plant.event())
        await asyncio.sleep(0.2)
    publishing.cancel()
    await owner.close()
    assert (await plant.offset(), plant.crashes) == (2, [])


async def test_what_nobody_expected_ends_the_worker_and_the_batch_is_not_acknowledged(
    plant: Plant,
) -> None:
    owner = await opened(plant)
    event = await plant.sent(sample(0))
    await plant.fetch("ALTER TABLE meter_source RENAME TO elsewhere")
    with pytest.raises(asyncpg.UndefinedTableError):
        await owner.receive(plant.tp, event)
    assert [type(each) for each in plant.crashes] == [asyncpg.UndefinedTableError]
    assert (event.message.acked, await plant.offset()) == (False, 0)


async def test_a_partition_whose_log_restarted_is_opened_anew(plant: Plant) -> None:
    owner = await opened(plant)
    batch = (event := await plant.sent(sample(0), sample(1))).value
    await owner.receive(plant.tp, event)
    await owner.revoked([])
    event.value = type(batch)(batch.records, 7, batch.end)
    await owner.receive(plant.tp, event)
    assert owner.missing() == ["1 partitions are not opened yet"]
    await until(lambda: not owner.missing())
    await owner.close()
    assert plant.crashes == []


async def test_many_messages_in_the_log_are_a_backlog(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingestion, "LARGE_BACKLOG", 2)
    owner = await opened(plant)
    event = await plant.sent(sample(0), sample(1), sample(2))
    assert owner.is_behind()
    await owner.receive(plant.tp, event)
    assert not owner.is_behind()
    await owner.close()
