"""A topic of letters, and what a worker has to send letters to it and to read them back."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka import TopicPartition

from gridfeed.domain.words import Reason
from gridfeed.kafka.clients import producing
from gridfeed.kafka.dead_letters import LetterSelection, end_offsets, read
from gridfeed.kafka.letter import DeadLetter, Headers
from gridfeed.kafka.topic_admin import create_missing
from gridfeed.kafka.topics import Stream, dead_letters_topic, input_topic
from gridfeed.settings import Settings
from stream.dead_letters import DeadLetters
from stream.fetched import Record
from stream.letters import Rejection
from stream.log_reader import LogReader


class LetterBox:
    """The letters of partition 1 of the telemetry topic."""

    def __init__(self, settings: Settings, letters: DeadLetters) -> None:
        self.settings, self.letters = settings, letters
        self.source = TopicPartition(input_topic(settings, Stream.TELEMETRY), 1)

    def rejection(self, offset: int, value: bytes | None = b"\x01", key: bytes = b"m") -> Rejection:
        """Return the rejection of a message at an offset."""
        record = Record(self.source.topic, self.source.partition, offset, key, value)
        return Rejection(record, Reason.UNDECODABLE, "no framing")

    async def contents(self) -> list[DeadLetter]:
        """Return all letters, each partition in its order."""
        ends = await end_offsets(self.settings)
        return [letter async for letter in read(self.settings, LetterSelection(), ends)]

    async def forge(self, letters: Sequence[tuple[bytes, Headers]]) -> None:
        """Send what somebody else may send to the partition that the source's letters are in.

        letters: value and headers of each; there is one true letter already.
        """
        [true] = await self.contents()
        topic = dead_letters_topic(self.settings)
        async with producing(self.settings) as producer:
            for value, headers in letters:
                await producer.send_and_wait(
                    topic, value, b"m", partition=true.partition, headers=headers
                )


@asynccontextmanager
async def letter_box(kafka: str, prefix: str) -> AsyncIterator[LetterBox]:
    """Give topics of this test's own, and connected clients."""
    settings = Settings(kafka_bootstrap=kafka, topic_prefix=prefix, topic_partitions=2)
    await create_missing(settings)
    logs = LogReader(settings)
    letters = DeadLetters(settings, logs)
    await logs.start()
    await letters.start()
    try:
        yield LetterBox(settings, letters)
    finally:
        await letters.stop()
        await logs.stop()
