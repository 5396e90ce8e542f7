"""Publishes the change feed to Kafka from one elected worker: at least once, in order per meter.

A term starts when the worker gets the lock of `gridfeed.storage.changes_out` and ends with the
first error. The next elected worker continues at the position in the database. Only one batch per
partition is in flight at a time, and the position moves only when Kafka has acknowledged a whole
page. So the next publisher repeats a part of the feed without gaps: a reader that drops every
change whose change_id is not greater than the last one of the same key gets every change once.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import islice

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError
from aiokafka.partitioner import DefaultPartitioner

from gridfeed import clock
from gridfeed.domain.published.feed_position import Position
from gridfeed.domain.published.legs import LEGS, legs
from gridfeed.kafka.clients import start_producer, stop_producer
from gridfeed.kafka.diagnosis import diagnosed
from gridfeed.kafka.topics import changes_topic
from gridfeed.settings import Settings
from gridfeed.storage.changes_out import (
    NotPublisherError,
    changes_out_position,
    elect,
    hold_publisher,
    move_changes_out,
    publisher_session,
)
from gridfeed.storage.connect import Connection
from gridfeed.storage.feed import FeedChange, FeedPage, GoneError, read_page
from stream.change_messages import Message, messages
from stream.observe import (
    CHANGE_LEGS,
    CHANGES_OUT,
    CHANGES_OUT_ELECTED,
    CHANGES_OUT_LAG,
    CHANGES_OUT_LOST,
)
from stream.patience import cause_of, passes

log = structlog.get_logger()

#: Changes that are read and acknowledged together; encoding them takes about 10 ms.
PAGE = 500
#: How often the feed is read while nothing changes.
POLL_SECONDS = 0.2
#: Changes per second that a worker publishes while its input is behind: 2 % of a processor.
BEHIND_PER_SECOND = 500
#: How often a worker that is not elected tries to be.
ELECTION_SECONDS = 2.0
#: How long a new topic may take until every broker knows it.
TOPIC_SECONDS = 10.0
#: How long a producer may take to send its remaining messages.
STOPPING_SECONDS = 5.0


_LEGS = {leg: CHANGE_LEGS.labels(leg) for leg in LEGS}


class ChangesOut:
    """Publishes the feed to `segments.changes` whenever this worker is elected."""

    def __init__(self, settings: Settings, is_behind: Callable[[], bool] = lambda: False) -> None:
        """Keep the settings; nothing is opened before `run_for_ever`.

        is_behind: tells whether this worker still has much input to read; then input goes first.
        """
        self._settings, self._is_behind = settings, is_behind
        self._topic = changes_topic(settings)
        self._beat = settings.kafka_session_seconds / 5
        self._choose = DefaultPartitioner()
        self._producer: AIOKafkaProducer | None = None
        self._trouble: str | None = None

    def missing(self) -> list[str]:
        """Return why this elected worker cannot publish; empty if it can."""
        return [] if self._trouble is None else [f"{self._topic}: not published; {self._trouble}"]

    async def run_for_ever(self) -> None:
        """Publish whenever elected, until cancelled. Raises errors that do not pass."""
        while True:
            try:
                await self._term()
            except (NotPublisherError, UnknownTopicOrPartitionError) as error:
                self._report(self._words(error))
            except Exception as error:
                if not passes(error):
                    raise
                self._report(cause_of(error))
            finally:
                CHANGES_OUT_ELECTED.set(0)
                CHANGES_OUT_LAG.set(0)
            await asyncio.sleep(ELECTION_SECONDS)

    async def close(self) -> None:
        """Disconnect; the next publisher sends again what Kafka did not acknowledge."""
        await self._drop_producer()

    async def _term(self) -> None:
        """Wait to be elected, then publish until the first error."""
        async with publisher_session(self._settings) as connection:
            while not await elect(connection, self._settings):
                self._trouble = None
                await asyncio.sleep(min(ELECTION_SECONDS, self._beat))
            try:
                await self._publish(connection)
            except KafkaError as error:
                await self._drop_producer()
                raise await diagnosed(self._settings, error) from error

    async def _publish(self, connection: Connection) -> None:
        if self._producer is None:
            self._producer = await start_producer(self._settings)
        await self._topic_exists(self._producer)
        at = await changes_out_position(connection, self._topic)
        log.info("publishing changes", topic=self._topic, after=at)
        CHANGES_OUT_ELECTED.set(1)
        while True:
            page = await self._read(connection, at)
            if page.changes:
                await self._send(connection, at, page)
            if page.end > at:
                await move_changes_out(connection, self._topic, at, page.end)
                at = page.end
            self._trouble = None
            CHANGES_OUT_LAG.set(_age(page.changes[-1]) if page.full else 0)
            await asyncio.sleep(self._pause(page))

    def _pause(self, page: FeedPage) -> float:
        pause = 0.0 if page.full else POLL_SECONDS
        return max(pause, len(page.changes) / BEHIND_PER_SECOND) if self._is_behind() else pause

    async def _topic_exists(self, producer: AIOKafkaProducer) -> None:
        try:
            await asyncio.wait_for(producer.partitions_for(self._topic), TOPIC_SECONDS)
        except TimeoutError:
            raise UnknownTopicOrPartitionError(self._topic) from None

    async def _read(self, connection: Connection, at: Position) -> FeedPage:
        try:
            return await read_page(connection, at, PAGE)
        except GoneError as error:
            gone = error
        CHANGES_OUT_LOST.inc()
        log.error(
            "changes were removed from the feed before they were published;"
            " raise GRIDFEED_CHANGES_RETENTION_DAYS",
            topic=self._topic,
            after=gone.after,
            oldest=gone.oldest,
        )
        return await read_page(connection, gone.oldest, PAGE)

    async def _send(self, connection: Connection, at: Position, page: FeedPage) -> None:
        """Send a page and wait until Kafka has all of it. Raises the error that ends the term."""
        loop = asyncio.get_running_loop()
        begun, published_at = loop.time(), clock.now()
        batches = await self._by_partition(messages(page.changes, published_at))
        if loop.time() - begun > self._beat:  # it may have lost the lock while it was frozen
            await hold_publisher(connection, self._topic, at)
        sending = asyncio.gather(*(self._deliver(*each) for each in batches.items()))
        try:
            while not (await asyncio.wait({sending}, timeout=self._beat))[0]:
                await hold_publisher(connection, self._topic, at)
                CHANGES_OUT_LAG.set(_age(page.changes[0]))
                self._trouble = "Kafka does not acknowledge; check GRIDFEED_KAFKA_BOOTSTRAP"
            await sending
        finally:
            sending.cancel()
        CHANGES_OUT.inc(len(page.changes))
        for change in page.changes:
            times = change.observed_at, change.ingested_at, change.recorded_at, published_at
            for leg, seconds in legs(*times):
                _LEGS[leg].observe(seconds)

    async def _by_partition(self, sent: Sequence[Message]) -> dict[int, list[Message]]:
        assert self._producer is not None
        known = sorted(await self._producer.partitions_for(self._topic))
        found: dict[int, list[Message]] = defaultdict(list)
        for key, value in sent:
            found[self._choose(key, known, known)].append((key, value))
        return found

    async def _deliver(self, partition: int, sent: Sequence[Message]) -> None:
        """Send the messages of one partition, a batch at a time, so that none overtakes another."""
        assert self._producer is not None
        done = 0
        while done < len(sent):
            batch = self._producer.create_batch()
            for key, value in islice(sent, done, None):
                if batch.append(key=key, value=value, timestamp=None) is None:
                    break
                done += 1
            batch.close()
            await (await self._producer.send_batch(batch, self._topic, partition=partition))

    async def _drop_producer(self) -> None:
        """Stop the producer; if its brokers are away, wait at most STOPPING_SECONDS."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await stop_producer(producer, STOPPING_SECONDS)

    def _words(self, error: Exception) -> str:
        if isinstance(error, UnknownTopicOrPartitionError):
            return f"topic {self._topic} does not exist; run `gridfeed topics --create`"
        return str(error)

    def _report(self, trouble: str) -> None:
        self._trouble = trouble
        log.warning("publishing changes stopped", topic=self._topic, cause=trouble)


def _age(change: FeedChange) -> float:
    return max(0.0, (clock.now() - change.recorded_at).total_seconds())
