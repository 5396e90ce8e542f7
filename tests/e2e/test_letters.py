"""Workers are killed while they reject: every rejected message has one letter."""

import asyncio
import random

import pytest

from gridfeed.kafka.dead_letters import LetterSelection, end_offsets, read
from gridfeed.kafka.topics import Stream
from tests.e2e.conftest import FLEET
from tests.e2e.system import OPENED, System

pytestmark = [pytest.mark.fault, pytest.mark.slow]

Place = tuple[str | None, int | None, int | None]


async def places(system: System) -> list[Place]:
    """Return where the message of each letter lies."""
    ends = await end_offsets(system.settings)
    return [
        (letter.topic, letter.origin_partition, letter.origin_offset)
        async for letter in read(system.settings, LetterSelection(), ends)
    ]


async def test_three_kills_while_6_000_messages_are_rejected_leave_one_letter_of_each(
    system: System,
) -> None:
    dice = random.Random(11)
    await asyncio.to_thread(system.run, "projects", "apply", "-", given=FLEET)
    worker = system.start("worker")
    await system.eventually(OPENED, until=2 * len(Stream))
    for kill in range(4):
        messages = [(f"nobody-{n}", b"\x01%d" % kill) for n in range(1500)]
        await system.send(Stream.TELEMETRY, messages)
        if kill < 3:
            await asyncio.sleep(dice.uniform(0.1, 1.5))
            system.kill(worker)
            worker = system.start("worker")
    await system.wait_until_handled()
    found = await places(system)
    assert len(found) == len(set(found)) == 6000
