"""Takes a partition over: checks that its log is the former one, and finds lost messages."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from datetime import datetime

import asyncpg
import structlog
from aiokafka import TopicPartition

from gridfeed.domain.calendar.instants import instant, microseconds
from gridfeed.domain.telemetry.block import decode
from gridfeed.domain.telemetry.lost import LostSeries, may_lack_from
from gridfeed.storage.connect import Pool
from gridfeed.storage.lost import lose, newest_blocks
from gridfeed.storage.source import Source, open_source, renew_source
from stream.fetched import append_time
from stream.log_reader import LogReader
from stream.observe import LOST

log = structlog.get_logger()


class Opening:
    """Takes one partition over."""

    def __init__(self, pool: Pool, logs: LogReader, tp: TopicPartition) -> None:
        """Keep the arguments; `source` does the work."""
        self._pool, self._logs, self._tp = pool, logs, tp

    async def source(self, stream: str) -> Source:
        """Return the partition's row, with an offset that the log has or the log's end.

        Messages that left the log are noted in the transaction that moves the offset past them.
        Raises FencedError.
        """
        told = await self._logs.topics([self._tp.topic])
        topic_id = told.ids.get(self._tp.topic)
        first, end = await self._logs.bounds(self._tp)
        async with self._pool.acquire() as connection:
            source = await open_source(connection, stream, self._tp, first, topic_id)
        if topic_id is not None and source.topic_id != topic_id:
            is_other = True
        else:
            is_other = await self._is_another_log(source, first, end, is_told=topic_id is not None)
        if is_other:
            log.error(
                "the topic was created again; reading it from its start",
                topic=self._tp.topic,
                partition=self._tp.partition,
                stored_offset=source.next_offset,
                log_end=end,
            )
            async with self._pool.acquire() as connection:
                source = await renew_source(connection, source.source_id, topic_id)
        if source.next_offset < first:
            await self._lose(source, first, end)
        return source

    async def first_append_time(self, offset: int, end: int) -> datetime | None:
        """Return when the first message from `offset` on was appended; None if there is none yet.

        Also None if the broker does not say when it was appended.
        """
        if offset >= end:
            return None
        async with aclosing(self._logs.read(self._tp, offset, offset + 1)) as records:
            async for record in records:
                at = append_time(record)
                return None if at is None else instant(at * 1000)
        return None

    async def _is_another_log(self, source: Source, first: int, end: int, *, is_told: bool) -> bool:
        """Tell whether the log is certainly another one; is_told: its topic id is the same."""
        if source.next_offset > end:
            # Some brokers report an offset inside the last batch as the end of the log.
            return source.next_offset > await self._logs.end(self._tp, end)
        newest = source.newest
        if is_told or newest is None or not first <= newest.offset < end:
            return False
        async with aclosing(self._logs.read(self._tp, newest.offset, newest.offset + 1)) as records:
            async for record in records:
                at = append_time(record)
                return record.offset != newest.offset or (
                    at is not None and instant(at * 1000) != newest.at
                )
        return False

    async def _lose(self, source: Source, first: int, end: int) -> None:
        before_at = await self.first_append_time(first, end)
        after_at = source.newest.at if source.newest else None
        async with self._pool.acquire() as connection:
            blocks = await newest_blocks(connection, source.source_id)
        series = await asyncio.to_thread(_lost_series, blocks, after_at)
        lost = first - source.next_offset
        async with self._pool.acquire() as connection, connection.transaction():
            lost_id = await lose(connection, source, first, before_at, series)
        log.error(
            "messages were deleted before they were handled; raise the topic's retention.ms, and"
            " see `gridfeed losses`",
            lost_id=lost_id,
            topic=self._tp.topic,
            partition=self._tp.partition,
            first_offset=source.next_offset,
            last_offset=first - 1,
            after=after_at and after_at.isoformat(),
            before=before_at and before_at.isoformat(),
        )
        LOST.labels(self._tp.topic).inc(lost)
        source.next_offset = first
        source.published_offset = max(source.published_offset, first)


def _lost_series(blocks: Sequence[asyncpg.Record], after_at: datetime | None) -> list[LostSeries]:
    """Return since when each series may lack samples, judged by its newest block of all sources."""
    found: dict[tuple[int, str], datetime] = {}
    for block in blocks:
        start = microseconds(block["interval_start"])
        samples = decode(block["block"], start, block["source_id"])
        observed_at = instant(int(samples.observed_at.max()))
        since = may_lack_from(observed_at, block["stored_at"], after_at)
        series = block["meter_id"], block["channel"]
        found[series] = max(since, found.get(series, since))
    return [LostSeries(*series, since) for series, since in found.items()]
