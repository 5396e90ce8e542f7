"""A fleet whose values writers publish by the writers' own rules, also while a client pages."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from gridfeed.domain.words import ChangeCause
from gridfeed.storage.blocks import remember_meters
from gridfeed.storage.connect import Connection
from gridfeed.storage.source import Source, hold_fence, open_source, recording_instant
from gridfeed.storage.values import (
    ValueColumns,
    finalise_due,
    publish_edited,
    publish_values,
)
from tests.api.builders import Store, utc

#: Local midnight in Denver.
FIRST_DAY = utc("2026-03-01 07:00")
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Write:
    """Values of one meter and day, of hours of it; one of `KINDS`."""

    kind: str
    meter: int
    day: int
    hours: tuple[int, ...]
    energy: int


KINDS = ("scada", "load", "settlement", "forecast", "edit", "finalise")
_SERIES = {
    "scada": ("scada", "GROSS"),
    "load": ("scada", "STATION_LOAD"),
    "settlement": ("settlement", "NET"),
    "forecast": ("forecast_day_ahead", "GROSS"),
    "edit": ("scada", "GROSS"),
}


@dataclass
class Fleet:
    """Meters of one project; each is a partition of its own, so that one can be held up."""

    store: Store
    project: str
    meter_ids: list[int] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    versions: int = 0

    @classmethod
    async def of(cls, store: Store, project: str, meters: int) -> "Fleet":
        """Declare a project with so many meters."""
        await store.project(project, timezone="America/Denver", interval_seconds=3600)
        fleet = cls(store, project)
        for number in range(meters):
            fleet.meter_ids.append(await store.meter(f"{project}-{number}", project))
            fleet.sources.append(await fleet._opened(number))
        return fleet

    async def _opened(self, number: int) -> Source:
        topic = f"scada.telemetry.{self.project}"
        source = await open_source(self.store.connection, "telemetry", (topic, number))
        await remember_meters(self.store.connection, source.source_id, [self.meter_ids[number]])
        return source

    async def write(self, write: Write) -> None:
        """Write and commit."""
        await self._in_transaction(write)

    async def _in_transaction(self, write: Write) -> None:
        async with self.store.connection.transaction():
            await self.publish(self.store.connection, write)

    async def publish(self, connection: Connection, write: Write) -> None:
        """Publish as the worker of the meter's partition does, or as an editor."""
        source, meter_id = self.sources[write.meter], self.meter_ids[write.meter]
        if write.kind == "edit":
            at = await recording_instant(connection, [meter_id])
            await publish_edited(connection, self._values(write), at)
            return
        at = await hold_fence(connection, source, 0, FIRST_DAY)
        if write.kind == "finalise":
            await finalise_due(connection, source.source_id, FIRST_DAY + 240 * HOUR, at)
        else:
            await publish_values(connection, self._values(write), at)

    def _values(self, write: Write) -> ValueColumns:
        production_format, channel = _SERIES[write.kind]
        count = len(write.hours)
        self.versions += 1
        starts = [FIRST_DAY + (24 * write.day + hour) * HOUR for hour in write.hours]
        others: dict[str, Sequence[Any]] = {}
        if production_format == "scada" and write.kind != "edit":
            others["finalize_at"] = [start + 2 * HOUR for start in starts]
        if write.kind == "settlement":
            others["settlement_version"] = [self.versions] * count
        if write.kind == "forecast":
            others["issued_at"] = [start - 24 * HOUR for start in starts]
        cause = ChangeCause.EDIT if write.kind == "edit" else ChangeCause.LATE_SAMPLES
        quality = None if write.kind == "forecast" else "valid"
        return ValueColumns(
            meter_id=[self.meter_ids[write.meter]] * count,
            production_format=[production_format] * count,
            channel=[channel] * count,
            interval_start=starts,
            interval_seconds=[3600] * count,
            cause=[cause] * count,
            energy_microkwh=[write.energy] * count,
            quality=[quality] * count,
            **others,
        )


class Held:
    """A worker whose transaction has written, and commits when it is told to."""

    def __init__(self, fleet: Fleet, meter: int, connection: Connection) -> None:
        self.meter, self._fleet, self._connection = meter, fleet, connection

    @classmethod
    async def by(cls, fleet: Fleet, database_url: str, write: Write) -> "Held":
        """Write, and do not commit."""
        held = cls(fleet, write.meter, await asyncpg.connect(database_url))
        await held._begin(write)
        return held

    async def _begin(self, write: Write) -> None:
        self._transaction = self._connection.transaction()
        await self._transaction.start()
        await self._fleet.publish(self._connection, write)

    async def commit(self) -> None:
        """Commit, and leave."""
        await self._end()

    async def _end(self) -> None:
        await self._transaction.commit()
        await asyncio.wait_for(self._connection.close(), 5)


@dataclass(frozen=True)
class Stored:
    """A segment as the tables have it."""

    id: str
    start: datetime
    end: datetime
    modified_at: datetime


async def stored(fleet: Fleet, hours: int = 1) -> dict[str, Stored]:
    """Return what is committed, summed to so many hours, worked out without the code under test."""
    rows = await fleet.store.execute(
        "SELECT m.meter_number, v.production_format,"
        " (v.interval_start AT TIME ZONE 'America/Denver')::date AS day,"
        " min(v.interval_start) AS first, max(v.interval_start) AS last,"
        " max(v.recorded_at) AS modified_at FROM interval_value v JOIN meter m USING (meter_id)"
        " WHERE m.meter_id = ANY ($1) GROUP BY 1, 2, 3",
        fleet.meter_ids,
    )
    found = {}
    for row in rows:
        day, long = FIRST_DAY, hours * HOUR
        start = row["first"] - (row["first"] - day) % long
        end = row["last"] - (row["last"] - day) % long + long
        name = f"{row['meter_number']}:{row['production_format']}:{row['day']}:{hours * 3600}"
        found[name] = Stored(name, start, end, row["modified_at"])
    return found
