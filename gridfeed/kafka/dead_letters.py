"""Reads `dead.letters`; changes nothing."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType

from aiokafka import TopicPartition

from gridfeed.kafka.clients import consuming
from gridfeed.kafka.ends import readable_ends
from gridfeed.kafka.letter import DeadLetter, dead_letter
from gridfeed.kafka.topic_admin import partition_counts
from gridfeed.kafka.topics import dead_letters_topic
from gridfeed.settings import Settings


@dataclass(frozen=True, slots=True)
class LetterSelection:
    """Selects letters: every given condition must hold; offsets are those in `dead.letters`."""

    reasons: frozenset[str] = frozenset()
    partition: int | None = None
    from_offset: int = 0
    to_offset: int | None = None

    def span(self, partition: int, end: int) -> range:
        """Return the offsets to read in a partition that ends at `end`."""
        if self.partition not in (None, partition):
            return range(0)
        return range(self.from_offset, end if self.to_offset is None else min(end, self.to_offset))


class NoDeadLettersTopicError(Exception):
    """The topic `dead.letters` does not exist."""


async def end_offsets(settings: Settings) -> dict[int, int]:
    """Return the end of every partition; later letters belong to later rejections.

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
    settings: Settings,
    selection: LetterSelection,
    ends: Mapping[int, int],
    *,
    since: Mapping[int, int] = MappingProxyType({}),
) -> AsyncIterator[DeadLetter]:
    """Yield the selected letters below `ends`, each partition in its own order.

    since: the first offset to read in a partition, if not its beginning.
    """
    topic = dead_letters_topic(settings)
    wanted = {TopicPartition(topic, n): selection.span(n, end) for n, end in ends.items()}
    async with consuming(settings) as consumer:
        begins = await consumer.beginning_offsets(list(wanted))
        firsts = {
            source: max(begins[source], span.start, since.get(source.partition, 0))
            for source, span in wanted.items()
        }
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
            # Judged by position, not by record: the last offset of a partition may be no record.
            left = {
                source for source in left if await consumer.position(source) < wanted[source].stop
            }
