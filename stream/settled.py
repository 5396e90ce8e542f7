"""What reads and forecasts have in common: no state in memory, one transaction a batch."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Generic, TypeVar

from gridfeed.domain.words import Reason
from gridfeed.storage.blocks import remember_meters
from gridfeed.storage.connect import Connection
from gridfeed.storage.shared import lock_meters
from gridfeed.storage.source import advance_offset, hold_fence
from gridfeed.storage.taken import Spans, Taken, taken_intervals
from stream.fetched import Records
from stream.letters import Rejection
from stream.meters import Accepted
from stream.observe import CHANGES, PUBLISH_SECONDS
from stream.partition import Partition
from stream.patience import patiently

Message = TypeVar("Message")


class SettledPartition(Partition, Generic[Message]):
    """Values that are final as they come, so that a batch is published when it is handled."""

    _handled: int = 0

    async def load(self) -> None:
        """Keep nothing in memory but which meters are remembered."""
        self._remembered: set[int] = set()
        await self.tools.meters.refresh()

    @abstractmethod
    async def decode(self, records: Records) -> tuple[list[Accepted[Message]], list[Rejection]]:
        """Return the messages that are in order, and the others."""

    @abstractmethod
    def spans(self, accepted: Sequence[Accepted[Message]]) -> Spans:
        """Return the spans of time in which stored intervals could overlap the messages'."""

    @abstractmethod
    def overlapping(self, each: Accepted[Message], taken: Taken) -> str | None:
        """Return what the message overlaps; if nothing, claim its intervals."""

    @abstractmethod
    async def write(
        self, connection: Connection, accepted: Sequence[Accepted[Message]], recorded_at: datetime
    ) -> int:
        """Store messages and publish what counts now; returns the number of changes.

        recorded_at: the transaction's instant.
        """

    async def handle(self, records: Records) -> None:
        """Validate, dead-letter, and write the rest with the offset after them."""
        accepted, rejections = await self.decode(records)
        accepted, clashes = await self._without_overlaps(accepted)
        await self.reject([*rejections, *clashes])
        reached, self.appended_at = records.next_offset, records.appended_at
        await patiently(lambda: self._remember({each.meter.meter_id for each in accepted}))
        with PUBLISH_SECONDS.labels(self.stream).time():
            await patiently(lambda: self._write(accepted, reached))
        assert self.source is not None
        self.source.next_offset = self.source.published_offset = reached
        self.source.letters_offset = self._letters_offset

    async def publish(self, *, checkpoint: bool) -> None:
        """Say that everything so far is published, and let Faust commit it."""
        del checkpoint
        async with self.lock:
            if self.source is not None:
                self.idle_tick()
                await patiently(self._hold)
                self.source.next_offset = self.source.published_offset = self.position
                self.acknowledge()

    async def _write(self, accepted: Sequence[Accepted[Message]], reached: int) -> None:
        assert self.source is not None
        async with self.tools.pool.acquire() as connection, connection.transaction():
            meter_ids = sorted({each.meter.meter_id for each in accepted})
            # Another partition may bring versions of the same intervals.
            await lock_meters(connection, meter_ids)
            recorded_at = await hold_fence(
                connection, self.source, reached, self.now(), meter_ids=meter_ids
            )
            changes = await self.write(connection, accepted, recorded_at) if accepted else 0
            await advance_offset(connection, self.source, reached, self._letters_offset)
        CHANGES.labels(self.stream).inc(changes)

    async def _remember(self, meter_ids: set[int]) -> None:
        """Say whose messages come from here, in a transaction of its own before they are written.

        Keys prove nothing: two partitions may bring a meter that is new to both at the same time.
        The later writer must find the former to wait for it.
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
                await advance_offset(connection, self.source, self.position, self._letters_offset)

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
