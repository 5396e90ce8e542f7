"""A letter always gets out, whatever the size and number of messages, and counts only if true."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from gridfeed.domain.words import Reason
from gridfeed.kafka.letter import Contents, Headers, headers_of
from gridfeed.kafka.topic_admin import admin, largest_message
from gridfeed.kafka.topics import dead_letters_topic
from stream.letters import SentLetters
from tests import services
from tests.conftest import CHOICE
from tests.stream.letter_box import LetterBox, letter_box

MIB = 1_048_576


@pytest.fixture
async def box(kafka: str, topic_prefix: str) -> AsyncIterator[LetterBox]:
    """Topics of this test's own, and connected clients."""
    async with letter_box(kafka, topic_prefix) as box:
        yield box


async def test_10_000_letters_lie_in_the_order_of_their_messages_and_are_read_back(
    box: LetterBox,
) -> None:
    rejections = [box.rejection(offset, b"\x01" * 100) for offset in range(10_000)]
    sent = SentLetters(0)
    await box.letters.send(box.source, rejections, sent)
    letters = await box.contents()
    assert [letter.origin_offset for letter in letters] == list(range(10_000))
    assert sent.end == letters[-1].offset + 1
    found = await box.letters.sent_since(box.source, 0)
    assert not found.without(rejections)
    assert found.end == sent.end


async def test_a_message_of_1_mib_has_a_whole_letter(box: LetterBox) -> None:
    message = b"\x01" * MIB
    await box.letters.send(box.source, [box.rejection(7, message)], SentLetters(0))
    [letter] = await box.contents()
    assert letter.value == message
    assert letter.left_out is None


async def test_a_message_of_3_mib_has_a_letter_with_its_place_length_and_sha256(
    box: LetterBox,
) -> None:
    before, huge, after = (
        box.rejection(6),
        box.rejection(7, b"\x01" * 3 * MIB),
        box.rejection(8),
    )
    await box.letters.send(box.source, [before, huge, after], SentLetters(0))
    letters = await box.contents()
    assert [letter.origin_offset for letter in letters] == [6, 7, 8]
    assert (letters[1].key, letters[1].value) == (b"m", b"")
    assert letters[1].left_out == Contents.of(b"\x01" * 3 * MIB)
    found = await box.letters.sent_since(box.source, 0)
    assert not found.without([before, huge, after])


async def test_a_key_of_3_mib_is_left_out_too(box: LetterBox) -> None:
    huge = box.rejection(7, b"\x01", key=b"k" * 3 * MIB)
    await box.letters.send(box.source, [huge], SentLetters(0))
    [letter] = await box.contents()
    assert (letter.key, letter.value) == (None, b"")
    assert letter.left_out == Contents.of(b"\x01")


async def test_a_meter_number_of_2_mib_in_the_detail_is_cut_to_500_characters(
    box: LetterBox,
) -> None:
    long = replace(box.rejection(7), detail="n" * 2 * MIB)
    await box.letters.send(box.source, [long], SentLetters(0))
    [letter] = await box.contents()
    assert letter.value == b"\x01"
    assert letter.detail == "n" * 500 + " ..."


def forgeries(box: LetterBox) -> list[tuple[bytes, Headers]]:
    """Return letters that claim to be of the message at offset 8, and are not."""
    place = (box.source.topic, box.source.partition)
    claimed = headers_of(Reason.UNDECODABLE, "", (*place, 8))
    rest = headers_of(Reason.UNDECODABLE, "", (*place, 0))[:-1]
    return [
        (b"another value", claimed),
        (b"\x01", headers_of(Reason.TOO_LATE, "", (*place, 8))),
        (b"", [*claimed, *Contents.of(b"\x01").headers]),
        (b"\x01", [*rest, ("gridfeed.offset", b"eight")]),
        (b"\x01", [*rest, ("gridfeed.offset", b"9" * 5000)]),
        (b"\x01", [("gridfeed.topic", b"\xff"), ("gridfeed.offset", b"-8")]),
    ]


async def test_forged_letters_neither_stop_reading_back_nor_stand_for_a_true_letter(
    box: LetterBox,
) -> None:
    seven, eight = box.rejection(7), box.rejection(8)
    await box.letters.send(box.source, [seven], SentLetters(0))
    await box.forge(forgeries(box))
    found = await box.letters.sent_since(box.source, 0)
    assert found.without([seven, eight]) == [eight]


async def test_letters_of_a_topic_that_was_made_again_are_read_from_its_start(
    box: LetterBox,
) -> None:
    await box.letters.send(box.source, [box.rejection(7)], SentLetters(0))
    found = await box.letters.sent_since(box.source, 500)
    assert not found.without([box.rejection(7)])
    assert found.end == 1


async def test_a_topic_whose_limit_was_lowered_to_200_kb_has_a_letter_of_500_kb_without_it(
    box: LetterBox, pytestconfig: pytest.Config
) -> None:
    if pytestconfig.stash[CHOICE].kafka == services.EMBEDDED:
        pytest.skip("the embedded broker has no limit")
    topic = dead_letters_topic(box.settings)
    async with admin(box.settings) as client:
        lower = ConfigResource(ConfigResourceType.TOPIC, topic, {"max.message.bytes": "200000"})
        await client.alter_configs([lower])
    async with asyncio.timeout(20):
        while await largest_message(box.settings, topic) != 200_000:
            pass  # it is told in its own time
    huge = b"\x01" * 500_000
    rejections = [box.rejection(6), box.rejection(7, huge), box.rejection(8)]
    await box.letters.send(box.source, rejections, SentLetters(0))
    letters = await box.contents()
    assert [letter.origin_offset for letter in letters] == [6, 7, 8]
    assert [letter.left_out for letter in letters] == [None, Contents.of(huge), None]
