"""Reads `dead.letters` and sends letters back where they came from; deletes nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

from aiokafka import AIOKafkaProducer, ConsumerRecord, TopicPartition

from gridfeed.settings import Settings
from gridfeed.wire.clients import consuming, producing
from gridfeed.wire.ends import readable_ends
from gridfeed.wire.topic_admin import partition_counts
from gridfeed.wire.topics import dead_letters_topic, input_topics

_PREFIX = "gridfeed."
_IN_FLIGHT = 500


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A rejected message as it lies in `dead.letters`.

    partition, offset: where the letter lies. topic, origin_partition, origin_offset: where the
    message came from. None: the letter does not say. headers: the message's own.
    """

    partition: int
    offset: int
    at: datetime
    reason: str | None
    detail: str | None
    topic: str | None
    origin_partition: int | None
    origin_offset: int | None
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()

    @property
    def meter_number(self) -> str | None:
        """Return the key as text, if it is text."""
        try:
            return None if self.key is None else self.key.decode()
        except UnicodeDecodeError:
            return None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which letters: every given condition must hold; offsets are those in `dead.letters`."""

    reasons: frozenset[str] = frozenset()
    partition: int | None = None
    from_offset: int = 0
    to_offset: int | None = None

    @property
    def is_explicit(self) -> bool:
        """Tell whether any condition was given."""
        return self != Selection()

    def span(self, partition: int, end: int) -> range:
        """Return the offsets to read of a partition that ends at `end`."""
        if self.partition not in (None, partition):
            return range(0)
        return range(self.from_offset, end if self.to_offset is None else min(end, self.to_offset))


class NoDeadLettersTopicError(Exception):
    """The topic does not exist."""


async def end_offsets(settings: Settings) -> dict[int, int]:
    """Return the end of every partition; letters beyond it are of later rejections.

    Raises NoDeadLettersTopicError.
    """
    topic = dead_letters_topic(settings)
    partitions = (await partition_counts(settings))[topic]
    if not partitions:
        raise NoDeadLettersTopicError(topic)
    async with consuming(settings) as consumer:
        ends = await readable_ends(consumer, [TopicPartition(topic, n) for n in range(partitions)])
    return {source.partition: end for source, end in ends.items()}


async def read(
    settings: Settings, selection: Selection, ends: Mapping[int, int]
) -> AsyncIterator[DeadLetter]:
    """Yield the selected letters below `ends`, each partition in its order."""
    topic = dead_letters_topic(settings)
    wanted = {TopicPartition(topic, n): selection.span(n, end) for n, end in ends.items()}
    async with consuming(settings) as consumer:
        begins = await consumer.beginning_offsets(list(wanted))
        firsts = {source: max(begins[source], span.start) for source, span in wanted.items()}
        left = {source for source, first in firsts.items() if first < wanted[source].stop}
        consumer.assign(left)
        for source in left:
            consumer.seek(source, firsts[source])
        while left:
            batch = await consumer.getmany(*left, timeout_ms=500)
            for record in chain.from_iterable(batch.values()):
                letter = dead_letter(record)
                if record.offset in wanted[TopicPartition(topic, record.partition)] and (
                    not selection.reasons or letter.reason in selection.reasons
                ):
                    yield letter
            # By position, not by record: what ends a partition may be no record.
            left = {
                source for source in left if await consumer.position(source) < wanted[source].stop
            }


def dead_letter(record: ConsumerRecord) -> DeadLetter:
    """Return a record of `dead.letters` as a letter, however little it says."""
    said = {name: value for name, value in record.headers if name.startswith(_PREFIX)}
    return DeadLetter(
        record.partition,
        record.offset,
        _instant(record.timestamp),
        _text(said.get("gridfeed.reason")),
        _text(said.get("gridfeed.detail")),
        _text(said.get("gridfeed.topic")),
        _number(said.get("gridfeed.partition")),
        _number(said.get("gridfeed.offset")),
        record.key,
        record.value,
        tuple(header for header in record.headers if header[0] not in said),
    )


async def replay(
    settings: Settings,
    letters: AsyncIterator[DeadLetter],
    acknowledged: Callable[[int], None],
) -> int:
    """Send letters, byte for byte, to the topic and partition they came from; return how many.

    A letter that came from no input topic of these settings is left out. `acknowledged` is told
    about every batch that all in-sync replicas have.
    """
    counts = await partition_counts(settings)
    inputs = input_topics(settings)
    sent = 0
    async with producing(settings) as producer:
        waiting: list[Awaitable[object]] = []
        async for letter in letters:
            if letter.topic not in inputs:
                continue
            waiting.append(await _send(producer, letter, counts[letter.topic]))
            if len(waiting) == _IN_FLIGHT:
                sent += await _settle(waiting, acknowledged)
        sent += await _settle(waiting, acknowledged)
    return sent


async def _send(
    producer: AIOKafkaProducer, letter: DeadLetter, partitions: int
) -> Awaitable[object]:
    # Its own partition, so that the order of a meter's messages does not depend on who hashes.
    partition = letter.origin_partition
    future: Awaitable[object] = await producer.send(
        letter.topic,
        letter.value,
        letter.key,
        partition=partition if partition is not None and partition < partitions else None,
        headers=list(letter.headers),
    )
    return future


async def _settle(waiting: list[Awaitable[object]], acknowledged: Callable[[int], None]) -> int:
    count = len(waiting)
    await asyncio.gather(*waiting)
    waiting.clear()
    acknowledged(count)
    return count


def _instant(milliseconds: int) -> datetime:
    """Return a record's time; anything before 1970 or after 9999 is nobody's clock."""
    last = 253_402_300_799_999
    return datetime.fromtimestamp(min(max(milliseconds, 0), last) / 1000, UTC)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "backslashreplace")


def _number(value: bytes | None) -> int | None:
    return int(value) if value is not None and value.isdigit() else None
