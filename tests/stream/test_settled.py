"""Values that are final as they come: a batch is published with its offset, whole or not at all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from gridfeed.avro.encode import encode_read
from gridfeed.domain.settlement.messages import RevenueRead
from gridfeed.domain.words import Channel, ReadQuality
from gridfeed.storage.source import FencedError
from tests.stream.plant import SPOILED, Plant

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST = RevenueRead("m", NOON, 900, 1_000_000, Channel.NET, ReadQuality.VALID, 0, NOON)


def read(quarter: int, energy: int, **fields: object) -> bytes:
    """Return a read of a quarter of an hour after noon; energy in 10^-6 kWh."""
    start = NOON + quarter * timedelta(minutes=15)
    return encode_read(
        replace(FIRST, interval_start=start, energy_microkwh=energy, **fields)  # type: ignore[arg-type]
    )


async def test_a_batch_is_published_and_its_offset_moves_when_it_was_handled(reads: Plant) -> None:
    partition = reads.owner()
    await partition.open()
    await partition.receive(await reads.sent(read(0, 10), read(1, 20)))
    assert (await reads.energies(), await reads.offset()) == ([10, 20], 2)


async def test_the_values_of_a_batch_and_its_offset_are_of_one_transaction(reads: Plant) -> None:
    partition = reads.owner()
    await partition.open()
    await partition.receive(await reads.sent(read(0, 10), read(1, 20)))
    query = (
        "SELECT count(DISTINCT xmin) FROM (SELECT xmin::text FROM interval_value"
        " UNION ALL SELECT xmin::text FROM ingest_source WHERE next_offset = 2) AS written"
    )
    assert await reads.fetch(query) == [(1,)]


async def test_a_former_owner_leaves_nothing_of_a_batch(reads: Plant) -> None:
    former, owner = reads.owner(), reads.owner()
    await former.open()
    await owner.open()
    with pytest.raises(FencedError):
        await former.receive(await reads.sent(read(0, 10), read(1, 20)))
    assert (await reads.energies(), await reads.offset()) == ([], 0)


async def test_what_cannot_be_written_leaves_the_offset_where_it_was(reads: Plant) -> None:
    partition = reads.owner()
    await partition.open()
    await reads.fetch("ALTER TABLE change RENAME TO elsewhere")
    with pytest.raises(asyncpg.UndefinedTableError):
        await partition.receive(await reads.sent(read(0, 10), read(1, 20)))
    assert (await reads.energies(), await reads.offset(), partition.position) == ([], 0, 0)


async def test_a_read_that_overlaps_another_is_a_dead_letter_and_the_rest_is_published(
    reads: Plant,
) -> None:
    partition = reads.owner()
    await partition.open()
    await partition.receive(await reads.sent(read(0, 10)))
    overlapping = read(0, 99, interval_seconds=3600)
    await partition.receive(await reads.sent(overlapping, read(1, 20)))
    (letter,) = await reads.letters()
    assert letter.value == overlapping
    assert dict(letter.headers)["gridfeed.reason"] == b"overlapping_interval"
    assert (await reads.energies(), await reads.offset()) == ([10, 20], 3)


async def test_a_batch_of_dead_letters_alone_moves_the_offset_too(reads: Plant) -> None:
    partition = reads.owner()
    await partition.open()
    await partition.receive(await reads.sent(SPOILED, SPOILED))
    assert (await reads.energies(), await reads.offset()) == ([], 2)
    assert [each.value for each in await reads.letters()] == [SPOILED, SPOILED]


async def test_a_batch_that_comes_again_after_a_crash_is_not_published_twice(reads: Plant) -> None:
    crashed, heir = reads.owner(), reads.owner()
    await crashed.open()
    await crashed.receive(await reads.sent(read(0, 10), read(1, 20)))
    changes = await reads.fetch("SELECT count(*) FROM change")
    await heir.open()
    assert heir.position == 2
    await heir.receive(await reads.sent(read(2, 30)))
    assert await reads.energies() == [10, 20, 30]
    assert await reads.fetch("SELECT count(*) FROM change") == [(changes[0][0] + 1,)]


async def test_publishing_says_up_to_when_the_log_was_read_and_acknowledges(reads: Plant) -> None:
    partition = reads.owner()
    await partition.open()
    event = await reads.sent(read(0, 10))
    await partition.receive(event)
    assert not event.message.acked
    await reads.publish(partition)
    assert event.message.acked
    assert await reads.fetch("SELECT synced_at FROM ingest_source") == [(partition.now(),)]
