"""Dead letters: a rejected message, byte for byte, in `dead.letters` before its offset moves."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from tenacity import AsyncRetrying, retry_if_exception_type, wait_exponential_jitter

from gridfeed.domain.words import Reason
from gridfeed.settings import Settings
from gridfeed.wire.clients import start_producer
from gridfeed.wire.topics import dead_letters_topic
from stream.fetched import Record
from stream.log_reader import LogReader
from stream.patience import cause_of

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record, and why it was rejected."""

    record: Record
    reason: Reason
    detail: str

    @property
    def headers(self) -> list[tuple[str, bytes]]:
        """Return why, and where the message came from, as DESIGN 2.1 names it."""
        said = {
            "reason": self.reason,
            "detail": self.detail,
            "topic": self.record.topic,
            "partition": self.record.partition,
            "offset": self.record.offset,
        }
        return [(f"gridfeed.{name}", str(value).encode()) for name, value in said.items()]


class DeadLetters:
    """Sends letters, and finds those that were sent before a crash.

    All letters of one source partition go to one partition of `dead.letters`, so that an owner
    who starts again at `next_offset` can read there which of its letters were sent already.
    """

    def __init__(self, settings: Settings, logs: LogReader) -> None:
        """Remember where the brokers are; nothing is opened before `start`."""
        self._logs = logs
        self._topic = dead_letters_topic(settings)
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect the producer, retrying while the brokers are away."""
        async for attempt in _retrying():
            with attempt:
                self._producer = await start_producer(self._settings, linger_ms=5)

    async def stop(self) -> None:
        """Send what is waiting and disconnect."""
        if self._producer is not None:
            await self._producer.stop()

    async def send(self, rejections: Sequence[Rejection]) -> int:
        """Send letters and wait until the brokers have them; returns the offset after the last.

        Retries for ever: an offset may not move before its letters are durable.
        """
        if not rejections:
            return 0
        offsets = await asyncio.gather(*(self._send(rejection) for rejection in rejections))
        return max(offsets) + 1

    async def sent_since(self, source: TopicPartition, letters_offset: int) -> tuple[set[int], int]:
        """Return the source offsets that have letters from `letters_offset` on, and their end.

        Raises KafkaError while the brokers are away.
        """
        letters = await self._partition_of(source)
        first, end = await self._logs.bounds(letters)
        if end <= letters_offset:
            return set(), letters_offset
        found = set()
        async for record in self._logs.read(letters, max(first, letters_offset), end):
            found.add(_origin(record, source))
            end = max(end, int(record.offset) + 1)
        return found, end

    async def end(self, source: TopicPartition) -> int:
        """Return where letters of a source that never had any will begin."""
        return (await self._logs.bounds(await self._partition_of(source)))[1]

    async def _send(self, rejection: Rejection) -> int:
        async for attempt in _retrying():
            with attempt:
                assert self._producer is not None
                record = rejection.record
                letters = await self._partition_of(TopicPartition(record.topic, record.partition))
                sent = await self._producer.send_and_wait(
                    self._topic,
                    # A message with neither key nor value cannot be sent; empty is nearest.
                    value=b"" if record.key is None and record.value is None else record.value,
                    key=record.key,
                    headers=rejection.headers,
                    partition=letters.partition,
                )
                return int(sent.offset)
        raise AssertionError("unreachable: the retry loop returns")

    async def _partition_of(self, source: TopicPartition) -> TopicPartition:
        assert self._producer is not None
        known = await self._producer.partitions_for(self._topic)
        number = (sum(source.topic.encode()) + source.partition) % len(known)
        return TopicPartition(self._topic, number)


def _origin(record: ConsumerRecord, source: TopicPartition) -> int:
    headers = dict(record.headers)
    mine = (
        headers.get("gridfeed.topic") == source.topic.encode()
        and headers.get("gridfeed.partition") == str(source.partition).encode()
    )
    return int(headers["gridfeed.offset"]) if mine else -1


def _retrying() -> AsyncRetrying:
    return AsyncRetrying(
        retry=retry_if_exception_type((KafkaError, OSError)),
        wait=wait_exponential_jitter(multiplier=0.2, max=5.0),
        before_sleep=lambda state: log.warning(
            "letters wait",
            attempt=state.attempt_number,
            cause=cause_of(state.outcome.exception() if state.outcome else None),
        ),
    )
