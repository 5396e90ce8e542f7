"""Ingestion during a measurement: values of meters that send one sample a second."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Self

from cli.bench.load import INTERVAL_SECONDS
from cli.bench.place import Connection, sql
from cli.bench.ranges_fleet import Fleet
from gridfeed import clock
from gridfeed.domain.words import ChangeCause, Channel, ProductionFormat, ReadingQuality
from gridfeed.storage.blocks import remember_meters
from gridfeed.storage.source import Source, hold_fence, open_source
from gridfeed.storage.values import ValueColumns, publish_values

#: Each turn publishes this share of the meters, as if so many partitions published every second.
PARTS = 10
TURN_SECONDS = 0.1


class Ingestion:
    """Publishes the open interval of each meter every second, in a worker's transactions.

    values: the number of values that were published. seconds: the time that this took.
    """

    def __init__(
        self, connection: Connection, fleet: Fleet, source: Source, ids: list[int]
    ) -> None:
        """connection: not used by others meanwhile. source: the partition that brings the meters.

        The open interval is the first one after the fleet's values.
        """
        self._connection, self._source, self._ids = connection, source, ids
        self._start = fleet.end
        self._turn = 0
        self.values = 0
        self.seconds = 0.0

    @classmethod
    async def of(cls, connection: Connection, fleet: Fleet, meter_numbers: Sequence[str]) -> Self:
        """Take a new partition that brings those meters."""
        rows = await connection.fetch(*sql("meter_ids", meter_numbers=meter_numbers))
        source = await open_source(connection, "telemetry", ("bench", 0))
        ids = [row["meter_id"] for row in rows]
        await remember_meters(connection, source.source_id, ids)
        return cls(connection, fleet, source, ids)

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        """Publish until the end of the block, which waits for the last transaction."""
        stopped = asyncio.Event()
        publishing = asyncio.create_task(self._publish_until(stopped))
        try:
            yield
        finally:
            stopped.set()
            await publishing

    async def _publish_until(self, stopped: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        began, turn = loop.time(), 0
        while not stopped.is_set():
            await self._publish()
            turn += 1
            await asyncio.sleep(max(0.0, began + turn * TURN_SECONDS - loop.time()))
        self.seconds += loop.time() - began

    async def _publish(self) -> None:
        values = self._next_values(self._ids[self._turn % PARTS :: PARTS])
        self._turn += 1
        async with self._connection.transaction():
            at = await hold_fence(self._connection, self._source, self._turn, clock.now())
            await publish_values(self._connection, values, at)
        self.values += len(values.meter_id)

    def _next_values(self, ids: Sequence[int]) -> ValueColumns:
        """Return values of which each differs from the one before."""
        count, energy = len(ids), 1_000_000 + self._turn
        return ValueColumns(
            meter_id=ids,
            production_format=[ProductionFormat.SCADA] * count,
            channel=[Channel.GROSS] * count,
            interval_start=[self._start] * count,
            interval_seconds=[INTERVAL_SECONDS] * count,
            cause=[ChangeCause.SAMPLES] * count,
            energy_microkwh=[energy] * count,
            mean_microkw=[energy * 12] * count,
            peak_microkw=[energy * 13] * count,
            quality=[ReadingQuality.CALCULATED] * count,
            samples=[1] * count,
            coverage_us=[1_000_000] * count,
            longest_gap_us=[1_000_000] * count,
            finalize_at=[self._start + timedelta(days=2)] * count,
        )
