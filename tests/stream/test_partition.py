"""A partition is read in order, by one owner at a time; nothing moves before it is durable."""

import asyncio
from dataclasses import replace

import pytest

from gridfeed import clock
from gridfeed.storage.source import FencedError
from stream.partition import LogRestartedError
from stream.waits import waiting_for
from tests.stream.plant import SPOILED, Plant, sample, until


async def test_the_next_owner_begins_at_the_offset_of_the_checkpoint(plant: Plant) -> None:
    first, second = plant.owner(), plant.owner()
    await first.open()
    await first.receive(await plant.sent(sample(0), sample(1), sample(2)))
    await plant.publish(first, checkpoint=True)
    await first.receive(await plant.sent(sample(3)))
    await second.open()
    assert (first.position, second.position) == (4, 3)


async def test_a_batch_that_does_not_continue_what_was_handled_is_left_and_read_again(
    plant: Plant,
) -> None:
    partition = plant.owner()
    await partition.open()
    skipped = await plant.sent(sample(0), sample(1))
    await partition.receive(await plant.sent(sample(2)))
    assert partition.position == 0
    await plant.handled(partition, 3)
    await plant.publish(partition, checkpoint=True)
    assert await plant.fetch("SELECT sum(samples) FROM sample_block") == [(3,)]
    assert skipped.value.first_offset == 0


async def test_a_batch_that_was_handled_changes_nothing_when_it_comes_again(plant: Plant) -> None:
    partition = plant.owner()
    await partition.open()
    event = await plant.sent(sample(0), SPOILED, sample(1))
    await partition.receive(event)
    await partition.receive(event)
    await plant.publish(partition, checkpoint=True)
    assert await plant.fetch("SELECT sum(samples) FROM sample_block") == [(2,)]
    assert len(await plant.letters()) == 1


async def test_a_former_owner_writes_nothing(plant: Plant) -> None:
    former, owner = plant.owner(), plant.owner()
    await former.open()
    await former.receive(await plant.sent(sample(0), sample(5)))
    await owner.open()
    with pytest.raises(FencedError):
        await plant.publish(former, checkpoint=True)
    assert (await plant.energies(), await plant.offset()) == ([], 0)


async def test_a_former_owner_sends_no_dead_letters(plant: Plant) -> None:
    former, owner = plant.owner(), plant.owner()
    await former.open()
    await owner.open()
    with pytest.raises(FencedError):
        await former.receive(await plant.sent(SPOILED))
    assert await plant.letters() == []


async def test_a_dead_letter_is_durable_before_the_offset_moves_and_is_sent_once(
    plant: Plant,
) -> None:
    crashed, heir = plant.owner(), plant.owner()
    await crashed.open()
    await plant.publish(crashed, checkpoint=True)
    await crashed.receive(await plant.sent(sample(0), SPOILED))
    assert (len(await plant.letters()), await plant.offset()) == (1, 0)
    await heir.open()
    await plant.handled(heir, 2)
    await plant.publish(heir, checkpoint=True)
    assert (len(await plant.letters()), await plant.offset()) == (1, 2)


@pytest.mark.parametrize(
    ("appended_ms", "reached_us"),
    [
        (100_000, 70_000_000),  # less by what the broker's clock may be ahead
        (200_000_000_000_000, 0),  # it is ahead by more, so nothing is known
        (None, 0),
    ],
)
async def test_while_more_is_in_the_log_the_clock_is_that_of_the_last_message(
    plant: Plant, appended_ms: int | None, reached_us: int
) -> None:
    partition = plant.owner()
    await partition.open()
    event = await plant.sent(sample(0))
    records = replace(event.value.records, appended_ms=appended_ms)
    event.value = replace(event.value, end=event.value.next_offset + 1, records=records)
    await partition.receive(event)
    assert partition.clock == reached_us


async def test_when_the_log_is_read_the_clock_is_when_its_end_was_asked_for(plant: Plant) -> None:
    partition = plant.owner()
    await partition.open()
    await partition.receive(await plant.sent(sample(0)))
    sent = clock.now_us()

    def has_passed() -> bool:
        partition.idle_tick()
        assert partition.clock <= clock.now_us()
        return partition.clock > sent

    await until(has_passed)


async def test_while_nobody_knows_the_time_nothing_is_judged_and_the_clock_stands_still(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    partition = plant.owner()
    await partition.open()
    event = await plant.sent(sample(0), SPOILED)
    with monkeypatch.context() as wrong:
        wrong.setattr(clock, "distrust", lambda _: "clock: wrong")
        receiving = asyncio.create_task(partition.receive(event))
        await until(lambda: any("clock: wrong" in each for each in waiting_for(clock.now())))
        partition.idle_tick()
        assert (partition.position, partition.clock) == (0, 0)
    await receiving
    assert partition.position == 2
    assert len(await plant.letters()) == 1


async def test_offsets_that_begin_anew_under_a_reader_are_told(plant: Plant) -> None:
    partition = plant.owner()
    await partition.open()
    event = await plant.sent(sample(0))
    event.value = replace(event.value, follows=7)
    with pytest.raises(LogRestartedError, match="offset 0 came after 7"):
        await partition.receive(event)
    assert partition.position == 0


async def test_a_batch_is_acknowledged_when_the_database_holds_it(plant: Plant) -> None:
    partition = plant.owner()
    await partition.open()
    event = await plant.sent(sample(0))
    await partition.receive(event)
    await plant.publish(partition)
    assert not event.message.acked
    await plant.publish(partition, checkpoint=True)
    assert event.message.acked


async def test_a_closed_partition_takes_nothing_in_until_it_is_opened_again(plant: Plant) -> None:
    partition = plant.owner()
    await partition.open()
    await partition.close()
    event = await plant.sent(sample(0))
    await partition.receive(event)
    assert partition.position == 0
    await partition.open()
    await partition.receive(event)
    assert partition.position == 1
