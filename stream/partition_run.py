"""Runs one partition: its own tasks handle its batches and publish it."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from contextvars import copy_context
from uuid import UUID

import structlog
from faust.types import EventT

from gridfeed.storage.source import FencedError
from stream.observe import FENCED, LAG, ROWS_IN_MEMORY
from stream.partition import LogRestartedError, Partition
from stream.waits import worked_for

log = structlog.get_logger()

#: How long after a refused write a partition that is still assigned is taken over again.
REOPEN_SECONDS = 10.0
#: At MOST_WAITING waiting batches the partition is no longer fetched, until only FEW_WAITING are
#: left.
MOST_WAITING = 3
FEW_WAITING = 1


class PartitionRun:
    """Runs one partition from its assignment until it is given up."""

    def __init__(self, partition: Partition) -> None:
        """Keep the partition; nothing happens before `start`."""
        self.partition = partition
        self._tools, self._tp = partition.tools, partition.tp
        self._batches: asyncio.Queue[EventT] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_given_up = self._is_opening_anew = False

    def start(self) -> None:
        """Open the partition, then handle its batches and publish it."""
        for work in (self._open(), self._take_in(), self._publish_for_ever()):
            self._start(work)

    def hand_over(self, event: EventT) -> None:
        """Queue a batch; while MOST_WAITING batches wait, the partition is not fetched."""
        self._batches.put_nowait(event)
        if self._batches.qsize() >= MOST_WAITING:
            self._tools.consumer().hold(self._tp)

    async def give_up(self) -> None:
        """Write everything that is in memory, and accept no more batches."""
        self._is_given_up = True
        await self._start(self._publish(checkpoint=True))

    def end(self) -> None:
        """Stop all tasks; the next owner reads again what was not written."""
        self._is_given_up = True
        for task in self._tasks:
            task.cancel()
        for gauge in (LAG, ROWS_IN_MEMORY):
            with suppress(KeyError):
                gauge.remove(*self._tp)

    async def open_anew(self, cause: str) -> None:
        """Write the handled messages, then compare the log with the stored state, and continue."""
        if self.partition.source is None or self._is_given_up or self._is_opening_anew:
            return
        self._is_opening_anew = True
        log.warning(
            "opening the partition again",
            topic=self._tp.topic,
            partition=self._tp.partition,
            cause=cause,
        )
        await self._publish(checkpoint=True)
        if self.partition.source is not None:  # None: another worker owns the partition
            await self.partition.close()
            self._start(self._open())
        self._is_opening_anew = False

    def compare_topic(self, topic_id: UUID | None) -> None:
        """Open the partition anew if its topic is not the former one.

        topic_id: the id of the present topic; None if unknown.
        """
        source = self.partition.source
        known = None if source is None else source.topic_id
        if topic_id is not None and known is not None and topic_id != known:
            self._start(self.open_anew("the topic was created again"))

    async def _open(self, *, after: float = 0.0) -> None:
        await asyncio.sleep(after)
        await self.partition.open()

    async def _take_in(self) -> None:
        while True:
            event = await self._batches.get()
            if self._is_given_up:
                return
            if self._batches.qsize() <= FEW_WAITING:
                self._tools.consumer().release(self._tp)
            await self._receive(event)
            # Several batches may be ready at once: other tasks run after each batch.
            await asyncio.sleep(0)

    async def _receive(self, event: EventT) -> None:
        try:
            await self.partition.receive(event)
            if self.partition.is_urgent():
                await self._publish_soon()
        except FencedError as error:
            await self._fenced(error)
        except LogRestartedError as error:
            await self.open_anew(str(error))

    async def _publish_for_ever(self) -> None:
        """Publish every `publish_seconds`."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while not self._is_given_up:
            due = max(due + self._tools.settings.publish_seconds, loop.time())
            await asyncio.sleep(due - loop.time())
            if self._is_out_of_range():
                await self.open_anew("the log does not have the offset to read next")
            else:
                await self._publish(checkpoint=False)

    def _is_out_of_range(self) -> bool:
        """Tell whether everything up to an offset that the log does not have is handled."""
        offset = self._tools.consumer().out_of_range(self._tp)
        is_open = self.partition.source is not None
        return is_open and offset is not None and self.partition.position >= offset

    async def _publish_soon(self) -> None:
        """Publish in the background after the current publish; until then the memory is bounded."""
        async with self.partition.publishing:
            pass
        self._start(self._publish(checkpoint=False))

    async def _publish(self, *, checkpoint: bool) -> None:
        async with self.partition.publishing:
            try:
                await self.partition.publish(checkpoint=checkpoint)
            except FencedError as error:
                await self._fenced(error)

    async def _fenced(self, error: FencedError) -> None:
        FENCED.inc()
        log.warning(
            "another worker owns the partition; nothing was written",
            topic=self._tp.topic,
            partition=self._tp.partition,
            cause=str(error),
        )
        await self.partition.close()
        if not self._is_given_up:
            self._start(self._open(after=REOPEN_SECONDS))

    def _start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        context = copy_context()
        context.run(worked_for.set, self._tp)
        task = asyncio.create_task(work, context=context)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            # A restarted worker reads again what was not handled.
            self._tools.crash(error)
