"""One assigned topic partition: taken over, read in order, given up."""

import asyncio
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from aiokafka import TopicPartition
from faust.types import TP, EventT, Message

from gridfeed import clock
from gridfeed.domain.calendar.instants import SECOND_US, instant
from gridfeed.kafka.topics import Stream
from gridfeed.settings import Settings
from gridfeed.storage.connect import Pool
from gridfeed.storage.lost import is_open_ended, note_first_behind
from gridfeed.storage.source import Newest, Source, check_owner
from stream.batch_transport import Batch, BatchConsumer
from stream.dead_letters import DeadLetters
from stream.fetched import Records
from stream.letters import Rejection, SentLetters
from stream.log_reader import LogReader
from stream.meters import Meters
from stream.observe import CLOCK_DRIFT, REJECTED
from stream.opening import Opening
from stream.patience import patiently

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tools:
    """The resources that all partitions of a worker share."""

    settings: Settings
    pool: Pool
    logs: LogReader
    letters: DeadLetters
    meters: Meters
    consumer: Callable[[], BatchConsumer]
    crash: Callable[[BaseException], None]


class LogRestartedError(Exception):
    """The topic's offsets began again during reading: it was deleted and created again."""


class Partition(ABC):
    """Reads one partition in order; the offset moves only after the results are durable."""

    def __init__(self, tools: Tools, tp: TP, stream: Stream, tenant: str | None) -> None:
        """Keep the arguments; batches wait until `open`."""
        self.tools, self.tp, self.stream, self.tenant = tools, tp, stream, tenant
        #: Held while messages are added, and while the working set is copied for writing.
        self.lock = asyncio.Lock()
        #: Held during a publish; messages can still be added meanwhile.
        self.publishing = asyncio.Lock()
        self._log = TopicPartition(*tp)
        self.source: Source | None = None
        self.position = 0
        #: Every message appended before this instant is handled; microseconds.
        self.clock = 0
        #: When the broker received the newest message that contributed to the values.
        self.appended_at: datetime | None = None
        #: The newest handled message, if the broker says when it was appended.
        self.newest: Newest | None = None
        #: The most messages that the log held after a batch, since the partition last caught up.
        self.backlog = 0
        self._acknowledgeable: list[tuple[int, Message]] = []
        self._letters = SentLetters(0)
        self._acknowledged = 0
        self._is_broker_ahead = False
        #: The end of the log and the instant of that end. Once all messages before that end are
        #: handled, so is everything appended before that instant.
        self._mark: tuple[int, int] | None = None
        self._opening = Opening(tools.pool, tools.logs, self._log)
        #: Whether messages left the log and no later message has come yet.
        self._is_open_ended = False

    @abstractmethod
    async def load(self) -> None:
        """Load stored state into memory after the partition was taken over."""

    @abstractmethod
    async def handle(self, records: Records) -> None:
        """Handle records; on return each is in the state or in the dead letters."""

    @abstractmethod
    async def publish(self, *, checkpoint: bool) -> None:
        """Write new values; with `checkpoint` also move the offset at which a restart begins.

        The caller holds `publishing`. Raises FencedError.
        """

    def is_urgent(self) -> bool:
        """Tell whether `publish` should happen now instead of at its next time."""
        return False

    async def open(self) -> None:
        """Take the partition over, load its state, and continue at the stored offset."""
        async with self.lock:
            await patiently(self._open)

    async def close(self) -> None:
        """Accept no batches and write nothing until the partition is opened again."""
        async with self.lock:
            self.source = None

    async def receive(self, event: EventT) -> None:
        """Handle the batch of an event if it continues the handled messages.

        Waits while the time is not known for certain: messages are judged by it.
        """
        batch: Batch = event.value
        await patiently(self._know_the_time, "clock")
        async with self.lock:
            if self.source is None:
                return
            if batch.follows is not None and batch.first_offset < batch.follows:
                raise LogRestartedError(f"offset {batch.first_offset} came after {batch.follows}")
            records = self._continuing(batch)
            if records is not None and len(records):
                await self._end_the_gap(batch)
                await self.handle(records)
            if records is not None:
                self.position = max(self.position, batch.next_offset)
                self._note_newest(batch)
                self._tick(batch)
                self.backlog = max(self.backlog, batch.end - batch.next_offset)
                self._acknowledge_later(event.message, batch.next_offset)
            else:
                self.tools.consumer().seek_before_next_fetch(self.tp, self.position)

    async def reject(self, rejections: Sequence[Rejection]) -> None:
        """Make the dead letters durable, once for each origin, also across a crash.

        A frozen owner that wakes up does not repeat letters of the next owner. Raises FencedError.
        """
        for reason, count in Counter(each.reason for each in rejections).items():
            REJECTED.labels(self.tp.topic, reason).inc(count)
        if new := self._letters.without(rejections):
            await patiently(self._check_owner)
            await self.tools.letters.send(self._log, new, self._letters)

    @property
    def _letters_offset(self) -> int:
        """Return where the next owner, which starts at `position`, must start to read letters."""
        return self._letters.begin(self.position, self.tools.consumer().known_end(self.tp))

    async def _know_the_time(self) -> None:
        clock.require(self.tools.settings.max_clock_drift_seconds)

    async def _check_owner(self) -> None:
        assert self.source is not None
        async with self.tools.pool.acquire() as connection:
            await check_owner(connection, self.source)

    def acknowledge(self) -> None:
        """Let Faust commit the stored offset; the group's offset is for lag metrics only."""
        assert self.source is not None
        while self._acknowledgeable and self._acknowledgeable[0][0] <= self.source.next_offset:
            self._acknowledged, message = self._acknowledgeable.pop(0)
            message.ack(self.tools.consumer())
        if not self._acknowledgeable and self._acknowledged < self.source.next_offset:
            self._acknowledged = self.source.next_offset
            self.tools.consumer().acknowledge_to(self.tp, self._acknowledged)

    def _acknowledge_later(self, message: Message, next_offset: int) -> None:
        # The records are handled; kept until the checkpoint, they would fill the memory.
        message.value = None
        self._acknowledgeable.append((next_offset, message))

    def now(self) -> datetime:
        """Return the partition's clock as an instant."""
        return instant(self.clock)

    def idle_tick(self) -> None:
        """Skip offsets that are no messages; if the log has nothing else, move the clock.

        The clock moves to the time at which the broker was asked. Records of an undecided
        transaction hold it back.
        """
        consumer = self.tools.consumer()
        self.position = consumer.pass_over(self.tp, self.position)
        heard_us = consumer.heard_us(self.tp)
        if consumer.is_at_end(self.tp, self.position):
            self._move_clock(heard_us)

    def _tick(self, batch: Batch) -> None:
        if self._mark is None or self.position >= self._mark[0]:
            self._move_clock(self._mark[1] if self._mark else 0)
            self._mark = (batch.end, batch.heard_us)
        if batch.caught_up:
            self._move_clock(batch.heard_us)
        elif (appended_ms := batch.records.appended_ms) is not None:
            self._move_clock_by_the_broker(appended_ms * 1000)

    def _move_clock(self, handled_us: int) -> None:
        """Move the clock: everything appended before `handled_us` (database clock) is handled."""
        if clock.distrust(self.tools.settings.max_clock_drift_seconds) is None:
            self.clock = max(self.clock, min(handled_us, clock.now_us()))

    def _move_clock_by_the_broker(self, appended_us: int) -> None:
        """Move the clock to a message's append time, as its broker says.

        The broker's clock may be ahead by the allowed drift. If it is ahead by more, its times are
        ignored.
        """
        most_seconds = self.tools.settings.max_clock_drift_seconds
        ahead = (appended_us - clock.now_us()) / SECOND_US
        CLOCK_DRIFT.labels("broker").set(max(0.0, ahead))
        is_ahead, was_ahead = ahead > most_seconds, self._is_broker_ahead
        self._is_broker_ahead = is_ahead
        if not is_ahead:
            self._move_clock(appended_us - int(most_seconds * SECOND_US))
        elif not was_ahead:
            log.warning("a broker's clock is ahead", topic=self.tp.topic, seconds=round(ahead, 1))

    def _continuing(self, batch: Batch) -> Records | None:
        """Return the records that are not handled yet; None if earlier records are missing."""
        if batch.first_offset > self.position and batch.follows != self.position:
            return None
        return batch.records.since(self.position)

    async def _end_the_gap(self, batch: Batch) -> None:
        """Note when the first message after a loss was appended."""
        if not self._is_open_ended:
            return
        assert self.source is not None
        source_id = self.source.source_id
        at = await self._opening.first_append_time(batch.first_offset, batch.next_offset)
        at = at or batch.records.appended_at

        async def note() -> None:
            async with self.tools.pool.acquire() as connection:
                await note_first_behind(connection, source_id, at)

        await patiently(note)
        self._is_open_ended = False

    def _note_newest(self, batch: Batch) -> None:
        if batch.records.appended_ms is not None:
            at = instant(batch.records.appended_ms * 1000)
            self.newest = Newest(batch.next_offset - 1, at)

    async def _open(self) -> None:
        source = await self._opening.source(self.stream)
        self.position, self.newest = source.next_offset, source.newest
        async with self.tools.pool.acquire() as connection:
            self._is_open_ended = await is_open_ended(connection, source.source_id)
        await self._find_letters(source)
        self._acknowledgeable, self._acknowledged, self._mark = [], 0, None
        self.source = source
        await self.load()
        self.tools.consumer().seek_before_next_fetch(self.tp, self.position)
        log.debug(
            "partition opened",
            topic=self.tp.topic,
            partition=self.tp.partition,
            position=self.position,
            epoch=source.epoch,
        )

    async def _find_letters(self, source: Source) -> None:
        letters = self.tools.letters
        if source.epoch == 1:
            self._letters = SentLetters(await letters.end(self._log))
        else:
            self._letters = await letters.sent_since(self._log, source.letters_offset)
