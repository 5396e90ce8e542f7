"""The newest letters of `dead.letters`, limited in number and time."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from aiokafka import AIOKafkaConsumer, TopicPartition

from gridfeed.kafka.clients import consuming
from gridfeed.kafka.ends import readable_ends
from gridfeed.kafka.letter import DeadLetter, dead_letter
from gridfeed.kafka.topics import dead_letters_topic
from gridfeed.settings import Settings


@dataclass(slots=True)
class RecentLetters:
    """The number and the newest of the letters of each reason; None: letters without a reason.

    unread: at most this many more letters were not read.
    """

    counts: dict[str | None, int] = field(default_factory=dict)
    newest: dict[str | None, DeadLetter] = field(default_factory=dict)
    unread: int = 0

    def add(self, letter: DeadLetter) -> None:
        """Count a letter."""
        known = self.newest.get(letter.reason)
        self.counts[letter.reason] = self.counts.get(letter.reason, 0) + 1
        if known is None or letter.at >= known.at:
            self.newest[letter.reason] = letter


async def letters_since(
    settings: Settings, partitions: int, since: datetime, *, most: int, seconds: float
) -> RecentLetters:
    """Read the newest letters that the broker received since an instant, at most `most`.

    Stops reading after `seconds`. Raises aiokafka's KafkaError.
    """
    topic = dead_letters_topic(settings)
    sources = [TopicPartition(topic, partition) for partition in range(partitions)]
    found = RecentLetters()
    async with consuming(settings) as consumer:
        ends = await readable_ends(consumer, sources)
        firsts = await _firsts(consumer, since, ends)
        share = max(1, most // len(sources))
        starts = {source: max(first, ends[source] - share) for source, first in firsts.items()}
        found.unread = sum(starts[source] - first for source, first in firsts.items())
        try:
            async with asyncio.timeout(seconds):
                await _read(consumer, found, since, {s: range(starts[s], ends[s]) for s in starts})
        except TimeoutError:
            positions = [
                (ends[source], await consumer.position(source)) for source in consumer.assignment()
            ]
            found.unread += sum(max(0, end - position) for end, position in positions)
    return found


async def _firsts(
    consumer: AIOKafkaConsumer, since: datetime, ends: dict[TopicPartition, int]
) -> dict[TopicPartition, int]:
    """Return where the letters since the instant start; omits partitions without any."""
    begins = await consumer.beginning_offsets(list(ends))
    at = int(since.timestamp() * 1000)
    told = await consumer.offsets_for_times(dict.fromkeys(ends, at))
    firsts: dict[TopicPartition, int] = {}
    for source, end in ends.items():
        place = told.get(source)
        if place is None or begins[source] >= end:
            continue
        # If the embedded broker does not know, it answers -1: then all letters may be recent.
        firsts[source] = begins[source] if place.timestamp < 0 else place.offset
    return firsts


async def _read(
    consumer: AIOKafkaConsumer,
    found: RecentLetters,
    since: datetime,
    wanted: dict[TopicPartition, range],
) -> None:
    left = {source for source, span in wanted.items() if span}
    if not left:
        return  # A consumer that is stopped just after an assignment hangs (aiokafka 0.14).
    consumer.assign(left)
    for source in left:
        consumer.seek(source, wanted[source].start)
    while left:
        batch = await consumer.getmany(*left, timeout_ms=200)
        for source, records in batch.items():
            for letter in map(dead_letter, records):
                if letter.at >= since and letter.offset < wanted[source].stop:
                    found.add(letter)
        left = {each for each in left if await consumer.position(each) < wanted[each].stop}
