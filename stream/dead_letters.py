"""Sends letters to `dead.letters` and finds the letters that were sent before a crash.

All letters of one source partition go to one partition of `dead.letters`. So an owner that restarts
at `next_offset` can read there which letters it has already sent. Letters are sent in batches, one
after the other, so that sending many costs no more than reading their messages.
"""

import asyncio
from collections.abc import Sequence

import structlog
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError
from aiokafka.producer.message_accumulator import BatchBuilder

from gridfeed.kafka.clients import start_producer, stop_producer
from gridfeed.kafka.letter import dead_letter
from gridfeed.kafka.topic_admin import largest_message
from gridfeed.kafka.topics import dead_letters_topic
from gridfeed.settings import Settings
from stream.letters import ALWAYS_WHOLE_BYTES, Rejection, SentLetters, letter_within
from stream.log_reader import LogReader
from stream.patience import patiently

log = structlog.get_logger()

#: Bytes in a batch of letters; filling one occupies the event loop for about 20 ms.
BATCH_BYTES = 524_288
#: The bytes of a batch without its letters.
BATCH_FRAME_BYTES = 128
#: How long a stopped or replaced producer may take to send its remaining messages.
STOPPING_SECONDS = 5.0
_TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)


class DeadLetters:
    """The letters of all partitions of a worker."""

    def __init__(self, settings: Settings, logs: LogReader) -> None:
        """Keep the settings; nothing is opened before `start`."""
        self._logs = logs
        self._topic = dead_letters_topic(settings)
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None
        self._limit = 0
        self._renewing = asyncio.Lock()
        self._stopping: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Connect the producer. Raises KafkaError while the brokers are away."""
        self._limit = await largest_message(self._settings, self._topic)
        self._producer = await start_producer(self._settings, max_batch_size=BATCH_BYTES)

    async def stop(self) -> None:
        """Send the waiting letters and disconnect."""
        await asyncio.gather(*self._stopping)
        if self._producer is not None:
            await stop_producer(self._producer, STOPPING_SECONDS)

    async def send(
        self, source: TopicPartition, rejections: Sequence[Rejection], sent: SentLetters
    ) -> None:
        """Send a partition's letters; wait until the brokers have all. Notes the end in `sent`.

        Waits as long as it takes: an offset may not move before its letters are durable. If sending
        a letter failed, it may still have arrived: it is looked for before it is sent again.
        """
        letters, left, failed = await self._partition_of(source), list(rejections), False

        async def attempt() -> None:
            nonlocal left, failed
            if failed:
                await self._read_back(source, sent)
                left = list(sent.without(left))
            failed = True
            while left:
                count, end = await self._send_batch(letters, left)
                sent.end = max(sent.end, end)
                del left[:count]

        await patiently(attempt, "broker")

    async def sent_since(self, source: TopicPartition, letters_offset: int) -> SentLetters:
        """Return the partition's letters from offset `letters_offset` on.

        Raises KafkaError while the brokers are away.
        """
        sent = SentLetters(letters_offset)
        await self._read_back(source, sent)
        return sent

    async def end(self, source: TopicPartition) -> int:
        """Return where the first letters of a source without letters will be."""
        return (await self._logs.bounds(await self._partition_of(source)))[1]

    async def _read_back(self, source: TopicPartition, sent: SentLetters) -> None:
        letters = await self._partition_of(source)
        first, end = await self._logs.bounds(letters)
        if end < sent.end and await self._logs.end(letters, end) < sent.end:
            sent.end = first  # the topic was created again: all letters in it are newer
        if end <= sent.end:
            return
        async for record in self._logs.read(letters, max(first, sent.end), end):
            letter = dead_letter(record)
            if (letter.topic, letter.origin_partition) == (source.topic, source.partition):
                sent.note(letter)
            end = max(end, letter.offset + 1)
        sent.end = end

    async def _send_batch(
        self, letters: TopicPartition, rejections: Sequence[Rejection]
    ) -> tuple[int, int]:
        """Send the letters that fit in a batch; return their number and the offset after them."""
        producer, limit = self._producer, self._limit
        assert producer is not None
        batch = await self._filled(producer, rejections)
        count = batch.record_count()
        try:
            sending = await producer.send_batch(batch, letters.topic, partition=letters.partition)
            placed = await sending
        except _TOO_LARGE:
            if limit <= ALWAYS_WHOLE_BYTES:
                raise
            await self._renew(producer, limit // 2)
            return 0, 0
        except KafkaError:
            # The idempotent producer counted this batch, so the broker would refuse the next ones.
            await self._renew(producer, None)
            raise
        return count, int(placed.offset) + count

    async def _filled(
        self, producer: AIOKafkaProducer, rejections: Sequence[Rejection]
    ) -> BatchBuilder:
        batch, most = producer.create_batch(), min(BATCH_BYTES, self._limit) - BATCH_FRAME_BYTES
        size = 0
        for rejection in rejections:
            letter = await letter_within(rejection, self._limit - BATCH_FRAME_BYTES)
            size += letter.size
            if size > most and batch.record_count():
                break
            if not batch.append(
                timestamp=None, key=letter.key, value=letter.value, headers=letter.headers
            ):
                break
        batch.close()
        return batch

    async def _renew(self, broken: AIOKafkaProducer, limit: int | None) -> None:
        """Replace a producer; letters that other partitions gave to the old one are sent or fail.

        limit: the bytes of a batch, if the limit that the broker reports was too large.
        """
        async with self._renewing:
            if self._producer is not broken:
                return
            await self.start()
            self._limit = min(self._limit, limit or self._limit)
        log.warning("the producer of letters was replaced", largest=self._limit)
        task = asyncio.create_task(stop_producer(broken, STOPPING_SECONDS))
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)

    async def _partition_of(self, source: TopicPartition) -> TopicPartition:
        assert self._producer is not None
        known = await self._producer.partitions_for(self._topic)
        number = (sum(source.topic.encode()) + source.partition) % len(known)
        return TopicPartition(self._topic, number)
