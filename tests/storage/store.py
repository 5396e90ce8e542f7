"""A database to publish into, one line a publication."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from gridfeed.domain.words import ChangeCause, Channel, ProductionFormat
from gridfeed.storage.connect import Connection
from gridfeed.storage.values import ValueColumns, finalise_due, publish_edited, publish_values

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIVE_MINUTES = timedelta(minutes=5)


def at(second: int) -> datetime:
    """Return the instant of a publication: seconds after 13:00."""
    return NOON + timedelta(hours=1, seconds=second)


def row(
    energy: int | None,
    *,
    cause: ChangeCause = ChangeCause.LATE_SAMPLES,
    interval: int = 0,
    is_open: bool = False,
    meter_id: int = 1,
) -> ValueColumns:
    """Return telemetry of one five-minute interval; interval 0 is noon's."""
    return ValueColumns(
        meter_id=[meter_id],
        production_format=[ProductionFormat.SCADA],
        channel=[Channel.GROSS],
        interval_start=[NOON + interval * FIVE_MINUTES],
        interval_seconds=[300],
        cause=[cause],
        energy_microkwh=[energy],
        finalize_at=[NOON + timedelta(hours=2) if is_open else None],
    )


def read(energy: int, version: int, *, interval: int = 0) -> ValueColumns:
    """Return a settlement value of one interval."""
    return replace(
        row(energy, cause=ChangeCause.SETTLEMENT_VERSION, interval=interval),
        production_format=[ProductionFormat.SETTLEMENT],
        settlement_version=[version],
    )


def rows(*each: ValueColumns) -> ValueColumns:
    """Return several rows as one publication."""
    return ValueColumns(
        **{
            name: [value for part in each for value in getattr(part, name)]
            for name in ValueColumns.__slots__
        }
    )


@dataclass
class Store:
    """A migrated database of one test's own."""

    url: str

    async def run(self, work: Callable[[Connection], Awaitable[Any]]) -> Any:
        """Do something in one transaction."""

        connection = await asyncpg.connect(self.url)
        try:
            async with connection.transaction():
                return await work(connection)
        finally:
            await connection.close()

    async def publish(self, values: ValueColumns, recorded_at: datetime) -> int:
        """Publish what a stream computed."""
        return int(
            await self.run(lambda connection: publish_values(connection, values, recorded_at))
        )

    async def edit(self, values: ValueColumns, recorded_at: datetime) -> int:
        """Publish by hand."""
        return int(
            await self.run(lambda connection: publish_edited(connection, values, recorded_at))
        )

    async def finalise(self, source_id: int, clock: datetime, recorded_at: datetime) -> int:
        """Make final what is due."""
        return int(
            await self.run(
                lambda connection: finalise_due(connection, source_id, clock, recorded_at)
            )
        )

    async def fetch(self, query: str, *arguments: object) -> list[tuple[Any, ...]]:
        """Return rows as tuples."""
        found: Sequence[asyncpg.Record] = await self.run(
            lambda connection: connection.fetch(query, *arguments)
        )
        return [tuple(each) for each in found]
