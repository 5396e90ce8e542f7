"""The message of a letter that is without it is read from where it came from, or refused."""

from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin.records_to_delete import RecordsToDelete

from gridfeed.kafka.clients import consuming, producing
from gridfeed.kafka.letter import Contents, DeadLetter
from gridfeed.kafka.replay import Replayed, replay
from gridfeed.kafka.topic_admin import admin
from stream.letters import SentLetters
from tests import services
from tests.conftest import CHOICE
from tests.stream.letter_box import LetterBox, letter_box

HUGE = b"\x01" * 3_145_728


@pytest.fixture
async def box(kafka: str, topic_prefix: str) -> AsyncIterator[LetterBox]:
    """Topics with a message of 3 MiB, compressed, behind a small one, and its letter."""
    async with letter_box(kafka, topic_prefix) as box:
        options = {"max_request_size": 2 * len(HUGE), "compression_type": "gzip"}
        async with producing(box.settings, **options) as producer:
            for value in (b"small", HUGE):
                await producer.send_and_wait(box.source.topic, value, b"m", partition=1)
        await box.letters.send(box.source, [box.rejection(1, HUGE)], SentLetters(0))
        yield box


async def replayed(box: LetterBox) -> Replayed:
    async def letters() -> AsyncIterator[DeadLetter]:
        for letter in await box.contents():
            yield letter

    return await replay(box.settings, letters(), lambda _: None)


async def messages(consumer: AIOKafkaConsumer, box: LetterBox, count: int) -> list[Contents]:
    """Return what is in the source's log, at least so many messages."""
    consumer.assign([box.source])
    await consumer.seek_to_beginning(box.source)
    found: list[Contents] = []
    while len(found) < count:
        records = (await consumer.getmany(box.source, timeout_ms=500)).get(box.source, [])
        found += [Contents.of(record.value) for record in records]
    return found


async def test_the_message_of_a_letter_without_it_is_replayed_from_its_place(
    box: LetterBox,
) -> None:
    assert await replayed(box) == Replayed(sent=1)
    async with consuming(box.settings) as consumer:
        found = await messages(consumer, box, 3)
    assert found == [Contents.of(b"small"), Contents.of(HUGE), Contents.of(HUGE)]


async def test_a_message_that_is_another_one_than_its_letter_says_is_refused(
    box: LetterBox,
) -> None:
    await box.letters.send(box.source, [box.rejection(0, HUGE)], SentLetters(0))
    done = await replayed(box)
    assert done.sent == 1
    [refusal] = done.refused
    assert f"{box.source.topic}:1:0 holds another message now: 5 bytes" in refusal


async def test_a_message_that_is_not_in_the_log_is_refused_and_the_others_are_replayed(
    box: LetterBox,
) -> None:
    await box.letters.send(box.source, [box.rejection(40, HUGE)], SentLetters(0))
    done = await replayed(box)
    assert done.sent == 1
    [refusal] = done.refused
    assert "is not in the log, which ends at" in refusal


async def test_a_message_that_left_the_log_is_refused(
    box: LetterBox, pytestconfig: pytest.Config
) -> None:
    if pytestconfig.stash[CHOICE].kafka == services.EMBEDDED:
        pytest.skip("the embedded broker deletes no records")
    async with admin(box.settings) as client:
        await client.delete_records({box.source: RecordsToDelete(before_offset=2)})
    done = await replayed(box)
    assert done.sent == 0
    [refusal] = done.refused
    assert f"{box.source.topic}:1:1 was deleted; the log now begins at 2" in refusal
