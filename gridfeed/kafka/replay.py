"""Sends messages of `dead.letters` back to the topics they came from; deletes nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, TopicPartition

from gridfeed.kafka.clients import consuming, producing
from gridfeed.kafka.ends import readable_ends
from gridfeed.kafka.letter import Contents, DeadLetter, Header
from gridfeed.kafka.topic_admin import partition_counts
from gridfeed.kafka.topics import input_topics
from gridfeed.settings import Settings

#: Key, value and headers.
_Message = tuple[bytes | None, bytes | None, tuple[Header, ...]]

_IN_FLIGHT = 500
#: The topic decides what is too large; compressed, a message is as large as when it arrived.
_NO_LIMIT = 2**31 - 1
_READ_MS = 500
#: How long a broker may take to answer with a message that it has.
_READ_SECONDS = 30.0


@dataclass(slots=True)
class Replayed:
    """The number of messages sent back, and for each other letter a sentence that says why not."""

    sent: int = 0
    refused: list[str] = field(default_factory=list)


class OriginalGoneError(Exception):
    """The message of a letter cannot be read from its place; says why."""


async def replay(
    settings: Settings,
    letters: AsyncIterator[DeadLetter],
    acknowledged: Callable[[int], None],
) -> Replayed:
    """Send messages, byte for byte, to the topic and partition that they came from.

    If a letter has no value, its message is read from its original place. Letters that did not come
    from an input topic of these settings are skipped. `acknowledged` gets the size of each batch
    that all in-sync replicas have.
    """
    counts = await partition_counts(settings)
    inputs = input_topics(settings)
    done = Replayed()
    options = {"max_request_size": _NO_LIMIT, "compression_type": "gzip"}
    async with producing(settings, **options) as producer, consuming(settings) as consumer:
        waiting: list[Awaitable[object]] = []
        async for letter in letters:
            if letter.topic not in inputs:
                continue
            try:
                key, value, headers = await _message(consumer, letter)
            except OriginalGoneError as error:
                done.refused.append(f"letter {letter.partition}:{letter.offset}: {error}")
                continue
            # To the same partition: the order of a meter's messages must not depend on a hash.
            partition = letter.origin_partition
            is_there = partition is not None and partition < counts[letter.topic]
            waiting.append(
                await producer.send(
                    letter.topic,
                    value,
                    key,
                    partition=partition if is_there else None,
                    headers=list(headers),
                )
            )
            if len(waiting) == _IN_FLIGHT:
                done.sent += await _settle(waiting, acknowledged)
        done.sent += await _settle(waiting, acknowledged)
    return done


async def _message(consumer: AIOKafkaConsumer, letter: DeadLetter) -> _Message:
    """Return key, value and headers of a letter's message. Raises OriginalGoneError."""
    if letter.left_out is None:
        return letter.key, letter.value, letter.headers
    if letter.topic is None or letter.origin_partition is None or letter.origin_offset is None:
        raise OriginalGoneError("it has no value and does not name the place of its message")
    place = TopicPartition(letter.topic, letter.origin_partition)
    message = await _read(consumer, place, letter.origin_offset)
    found = await asyncio.to_thread(Contents.of, message[1])
    if found != letter.left_out:
        raise OriginalGoneError(
            f"{_name(place, letter.origin_offset)} holds another message now: {found.length} bytes"
            f" with SHA-256 {found.sha256}, not {letter.left_out.length} bytes with"
            f" {letter.left_out.sha256}; the topic was created again"
        )
    return message


async def _read(consumer: AIOKafkaConsumer, place: TopicPartition, offset: int) -> _Message:
    """Return key, value and headers of one message. Raises OriginalGoneError."""
    name = _name(place, offset)
    begin = (await consumer.beginning_offsets([place]))[place]
    end = (await readable_ends(consumer, [place]))[place]
    if offset < begin:
        raise OriginalGoneError(
            f"its message {name} was deleted; the log now begins at {begin};"
            " ask its sender to send it again"
        )
    if offset >= end:
        raise OriginalGoneError(
            f"its message {name} is not in the log, which ends at {end}: the topic was created"
            " again; ask its sender to send it again"
        )
    consumer.assign([place])
    consumer.seek(place, offset)
    async with asyncio.timeout(_READ_SECONDS):
        while await consumer.position(place) <= offset:
            for record in (await consumer.getmany(place, timeout_ms=_READ_MS)).get(place, ()):
                if record.offset == offset:
                    return record.key, record.value, tuple(record.headers)
    raise OriginalGoneError(f"the log holds no message {name}; ask its sender to send it again")


def _name(place: TopicPartition, offset: int) -> str:
    return f"{place.topic}:{place.partition}:{offset}"


async def _settle(waiting: list[Awaitable[object]], acknowledged: Callable[[int], None]) -> int:
    count = len(waiting)
    await asyncio.gather(*waiting)
    waiting.clear()
    acknowledged(count)
    return count
