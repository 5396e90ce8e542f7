"""Damaged messages among sound ones: each is stored or answered as plain Avro reading has it."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import ConsumerRecord

from gridfeed import clock
from gridfeed.avro.encode import encode_telemetry
from gridfeed.domain.calendar.instants import microseconds
from gridfeed.domain.telemetry.block import decode
from gridfeed.domain.telemetry.samples import POINT_QUALITIES
from gridfeed.kafka.topics import Stream
from tests.e2e.mutants import MUTATIONS, InvalidError, Kept, Place, expected
from tests.e2e.system import OPENED, System

START = datetime(2026, 3, 2, 7, tzinfo=UTC)
EACH = 10_000
BLOCKS = """SELECT meter_number, channel::text, interval_start, block FROM sample_block
  JOIN meter USING (meter_id)"""


def messages(seed: int) -> list[bytes]:
    """Sound samples, one a second, and a damaged one behind each, of all kinds in turn."""
    chance = random.Random(seed)
    found: list[bytes] = []
    for n in range(EACH):
        at = START + timedelta(seconds=n)
        sound = encode_telemetry(f"delta-{1 + n % 3}", at, chance.uniform(-5, 100))
        damaged = encode_telemetry(f"delta-{1 + n % 3}", at + timedelta(microseconds=1), 50.0)
        found += [sound, MUTATIONS[n % len(MUTATIONS)](chance, damaged)]
    return found


def fates(values: list[bytes]) -> tuple[dict[Place, Kept], Counter[tuple[bytes, str]]]:
    """What is to be stored, the last of each instant, and the letters with their reasons."""
    stored: dict[Place, Kept] = {}
    letters: Counter[tuple[bytes, str]] = Counter()
    for value in values:
        try:
            place, kept = expected(value, clock.now())
        except InvalidError as invalid:
            letters[value, str(invalid)] += 1
        else:
            stored[place] = kept
    return stored, letters


async def stored_in(system: System) -> dict[Place, Kept]:
    found: dict[Place, Kept] = {}
    for meter_number, channel, start, block in await system.fetch(BLOCKS):
        samples = decode(block, microseconds(start), 1)
        columns = samples.observed_at, samples.power, samples.quality
        for at, power, quality in zip(*(each.tolist() for each in columns), strict=True):
            assert (meter_number, channel, at) not in found
            found[meter_number, channel, at] = (power, POINT_QUALITIES[quality])
    return found


def reason_of(letter: ConsumerRecord) -> str:
    reason: bytes = dict(letter.headers)["gridfeed.reason"]
    return reason.decode()


def batched(values: list[bytes], size: int) -> Iterator[list[bytes]]:
    for first in range(0, len(values), size):
        yield values[first : first + size]


@pytest.mark.slow
async def test_of_10_000_damaged_among_10_000_sound_messages_each_has_the_fate_that_avro_gives_it(
    running: System,
) -> None:
    values = messages(seed=20_260_302)
    stored, letters = fates(values)
    assert len(stored) > EACH
    assert letters.total() > EACH // 2
    await running.eventually(OPENED, until=2 * len(Stream))
    for part in batched(values, 2_000):
        sent = [("delta-1", value) for value in part]
        await running.send(Stream.TELEMETRY, sent, partitions=[0] * len(sent))
        await running.wait_until_handled()
    found = await running.dead_letters(lambda found: len(found) >= letters.total())
    assert Counter((each.value, reason_of(each)) for each in found) == letters
    assert await stored_in(running) == stored
