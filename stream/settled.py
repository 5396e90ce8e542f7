"""The common part of reads, forecasts and registers: each portion is one transaction."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Generic, TypeVar

import asyncpg

from gridfeed.domain.words import Reason
from gridfeed.storage.blocks import remember_meters
from gridfeed.storage.connect import Connection
from gridfeed.storage.shared import lock_meters
from gridfeed.storage.source import advance_offset, hold_fence
from gridfeed.storage.taken import SpansToLookAt, Taken, taken_intervals
from stream.fetched import Records
from stream.letters import Rejection
from stream.meters import Accepted
from stream.observe import CHANGES, PUBLISH_SECONDS
from stream.partition import Partition
from stream.patience import patiently
from stream.portions import portions
from stream.refused import is_of_data, refused_because

Message = TypeVar("Message")


class SettledPartition(Partition, Generic[Message]):
    """Values that are final when they arrive, so a batch is published when it is handled."""

    async def load(self) -> None:
        """Keep nothing in memory except which meters are remembered."""
        self._remembered: set[int] = set()
        await self.tools.meters.refresh()

    @abstractmethod
    async def decode(self, records: Records) -> tuple[list[Accepted[Message]], list[Rejection]]:
        """Return the valid messages and the rejected records."""

    @abstractmethod
    def spans(self, accepted: Sequence[Accepted[Message]]) -> SpansToLookAt:
        """Return the spans of time in which stored intervals could overlap the messages'."""

    @abstractmethod
    def overlapping(self, each: Accepted[Message], taken: Taken) -> str | None:
        """Return what the message overlaps; if it overlaps nothing, claim its intervals."""

    @abstractmethod
    async def write(
        self, connection: Connection, accepted: Sequence[Accepted[Message]], recorded_at: datetime
    ) -> int:
        """Store messages and publish the values that count now; return the number of changes.

        recorded_at: the instant of the transaction.
        """

    async def handle(self, records: Records) -> None:
        """Handle the batch in portions; each portion moves the offset past its messages."""
        self.appended_at = records.appended_at
        for portion in portions(records):
            await self._handle(portion)

    async def _handle(self, records: Records) -> None:
        """Validate, send dead letters, and write the other messages with the offset after them."""
        assert self.source is not None
        accepted, rejections = await self.decode(records)
        accepted, clashes = await self._without_overlaps(accepted)
        await self.reject([*rejections, *clashes])
        await patiently(lambda: self._remember({each.meter.meter_id for each in accepted}))
        with PUBLISH_SECONDS.labels(self.stream).time():
            await self._settle(accepted, records.next_offset, last=True)

    async def _settle(
        self, accepted: Sequence[Accepted[Message]], reached: int, *, last: bool
    ) -> None:
        """Write messages in the order of their offsets, and move the offset to `reached`.

        Halves the messages until it finds the ones that the database refuses; they become dead
        letters. last: no message from `reached` on has a dead letter yet.
        """
        assert self.source is not None
        source = self.source
        try:
            await patiently(lambda: self._write(accepted, reached, self._letters_to(last)))
        except asyncpg.PostgresError as error:
            if not (accepted and is_of_data(error)):
                raise
            await self._settle_halves(accepted, reached, error, last=last)
        else:
            source.next_offset = source.published_offset = reached
            source.letters_offset = self._letters_to(last)

    async def _settle_halves(
        self,
        accepted: Sequence[Accepted[Message]],
        reached: int,
        error: asyncpg.PostgresError,
        *,
        last: bool,
    ) -> None:
        if len(accepted) == 1:
            refused = Rejection(accepted[0].record, Reason.OUT_OF_RANGE, refused_because(error))
            await self.reject([refused])
            await self._settle([], reached, last=last)
            return
        middle = len(accepted) // 2
        await self._settle(accepted[:middle], accepted[middle].record.offset, last=False)
        await self._settle(accepted[middle:], reached, last=last)

    def _letters_to(self, last: bool) -> int:
        """Return where the letters of messages that are not handled yet may start."""
        assert self.source is not None
        return self._letters_offset if last else self.source.letters_offset

    async def publish(self, *, checkpoint: bool) -> None:
        """Record that everything so far is published, and let Faust commit it."""
        del checkpoint
        async with self.lock:
            if self.source is not None:
                self.idle_tick()
                await patiently(self._hold)
                self.source.next_offset = self.source.published_offset = self.position
                self.acknowledge()

    async def _write(
        self, accepted: Sequence[Accepted[Message]], reached: int, letters: int
    ) -> None:
        assert self.source is not None
        async with self.tools.pool.acquire() as connection, connection.transaction():
            meter_ids = sorted({each.meter.meter_id for each in accepted})
            # Another partition may write versions of the same intervals.
            await lock_meters(connection, meter_ids)
            recorded_at = await hold_fence(
                connection, self.source, reached, self.now(), meter_ids=meter_ids
            )
            changes = await self.write(connection, accepted, recorded_at) if accepted else 0
            await advance_offset(connection, self.source, reached, letters, self.newest)
        CHANGES.labels(self.stream).inc(changes)

    async def _remember(self, meter_ids: set[int]) -> None:
        """Store which meters this source writes, in a separate transaction before their values.

        Unique keys do not suffice: two partitions may write a new meter at the same time. The later
        writer must see the earlier one to wait for it.
        """
        assert self.source is not None
        if new := sorted(meter_ids - self._remembered):
            async with self.tools.pool.acquire() as connection:
                await remember_meters(connection, self.source.source_id, new)
            self._remembered.update(new)

    async def _hold(self) -> None:
        assert self.source is not None
        async with self.tools.pool.acquire() as connection, connection.transaction():
            await hold_fence(connection, self.source, self.position, self.now())
            if self.position > self.source.next_offset:
                await advance_offset(
                    connection, self.source, self.position, self._letters_offset, self.newest
                )

    async def _without_overlaps(
        self, accepted: Sequence[Accepted[Message]]
    ) -> tuple[list[Accepted[Message]], list[Rejection]]:
        if not accepted:
            return [], []
        spans = self.spans(accepted)

        async def load() -> Taken:
            async with self.tools.pool.acquire() as connection:
                return await taken_intervals(connection, spans)

        taken = await patiently(load)
        fine, clashes = [], []
        for each in accepted:
            overlap = self.overlapping(each, taken)
            if overlap is None:
                fine.append(each)
            else:
                clashes.append(Rejection(each.record, Reason.OVERLAPPING_INTERVAL, overlap))
        return fine, clashes
