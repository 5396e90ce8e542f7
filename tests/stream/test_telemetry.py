"""Telemetry: what is published, when the offset moves, and what a restart may not do."""

import pytest

from stream import telemetry
from tests.stream.plant import Plant, sample

#: Five minutes of 6 kW, in 10^-6 kWh.
HALF_KWH = 500_000


async def test_values_are_published_at_once_and_the_offset_waits_for_the_checkpoint(
    plant: Plant,
) -> None:
    partition = plant.owner()
    await partition.open()
    await partition.receive(await plant.sent(*(sample(minute) for minute in range(6))))
    await plant.publish(partition)
    assert (await plant.energies())[0] == HALF_KWH
    assert await plant.offset() == 0
    await plant.publish(partition, checkpoint=True)
    assert await plant.offset() == 6
    assert await plant.fetch("SELECT sum(samples) FROM sample_block") == [(6,)]


async def test_after_a_crash_nothing_is_written_until_all_that_was_published_is_in_memory(
    plant: Plant,
) -> None:
    crashed, heir = plant.owner(), plant.owner()
    await crashed.open()
    event = await plant.sent(sample(0), sample(1))
    await crashed.receive(event)
    await crashed.receive(await plant.sent(sample(2, 12.0), sample(6)))
    await plant.publish(crashed)
    published = await plant.energies()
    await heir.open()
    await heir.receive(event)
    assert heir.position == 2
    await plant.publish(heir, checkpoint=True)
    assert (await plant.energies(), await plant.offset()) == (published, 0)
    await plant.handled(heir, 4)
    await plant.publish(heir, checkpoint=True)
    assert (await plant.energies(), await plant.offset()) == (published, 4)


async def test_what_the_same_messages_publish_again_is_no_change(plant: Plant) -> None:
    crashed, heir = plant.owner(), plant.owner()
    await crashed.open()
    await crashed.receive(await plant.sent(sample(0), sample(6)))
    await plant.publish(crashed)
    changes = await plant.fetch("SELECT count(*) FROM change")
    await heir.open()
    await plant.handled(heir, 2)
    await plant.publish(heir, checkpoint=True)
    assert await plant.fetch("SELECT count(*) FROM change") == changes


async def test_when_nothing_comes_any_more_the_next_publication_is_a_checkpoint(
    plant: Plant,
) -> None:
    partition = plant.owner()
    await partition.open()
    await partition.receive(await plant.sent(sample(0)))
    await plant.publish(partition)
    assert await plant.offset() == 0
    await plant.publish(partition)
    assert await plant.offset() == 1


async def test_a_backlog_of_more_than_2_that_was_worked_off_is_checkpointed(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry, "LARGE_BACKLOG", 2)
    partition = plant.owner()
    await partition.open()
    await partition.receive(await plant.sent(sample(0)))
    assert not partition.is_urgent()
    partition.backlog = 3
    assert partition.is_urgent()
    await plant.publish(partition)
    assert await plant.offset() == 1
    assert not partition.is_urgent()


async def test_more_than_2_rows_that_wait_are_published_before_their_time(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry, "MOST_WAITING_ROWS", 2)
    partition = plant.owner()
    await partition.open()
    await partition.receive(await plant.sent(sample(0), sample(1)))
    assert not partition.is_urgent()
    await partition.receive(await plant.sent(sample(2)))
    assert partition.is_urgent()
    await plant.publish(partition)
    assert not partition.is_urgent()


async def test_a_late_sample_meets_its_neighbours_of_before_the_checkpoint(plant: Plant) -> None:
    first, heir = plant.owner(), plant.owner()
    await first.open()
    await first.receive(await plant.sent(sample(0), sample(4), sample(30)))
    await plant.publish(first, checkpoint=True)
    assert (await plant.energies())[0] == HALF_KWH
    await heir.open()
    await heir.receive(await plant.sent(sample(2, 12.0)))
    await plant.publish(heir, checkpoint=True)
    # (6 kW x 2 min + 12 x 2 + 6 x 1) / 60
    assert (await plant.energies())[0] == 700_000


async def test_two_meters_of_one_partition_have_values_of_their_own(plant: Plant) -> None:
    partition = plant.owner()
    await partition.open()
    minutes = range(6)
    messages = [sample(minute, 6.0, "m") for minute in minutes]
    messages += [sample(minute, 12.0, "n") for minute in minutes]
    await partition.receive(await plant.sent(*messages))
    await plant.publish(partition)
    query = (
        "SELECT meter_number, energy_microkwh FROM interval_value JOIN meter USING (meter_id)"
        " WHERE interval_start = '2026-03-01 12:00Z' ORDER BY 1"
    )
    assert await plant.fetch(query) == [("m", HALF_KWH), ("n", 2 * HALF_KWH)]
