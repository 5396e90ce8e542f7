"""A database with meters of every kind, a worker's tools, and the API's way to read it."""

from dataclasses import dataclass, field
from datetime import datetime, time

import asyncpg
from pydantic import SecretStr

from api.reading.database import SESSION_SETTINGS
from api.reading.session import Grant, Session, narrowed
from api.segments import pages as segments
from api.segments.filters import SegmentFilters
from api.segments.segment import Segment
from gridfeed.domain.calendar.interval import anchor_seconds
from gridfeed.domain.declaration.catalogue import Meter
from gridfeed.domain.words import Channel, ProductionFormat
from gridfeed.settings import Settings
from gridfeed.storage.connect import Connection, Pool, open_pool
from gridfeed.storage.statements import sql
from stream.meters import Meters
from tests.history.course import Course, tools_of
from tests.history.log import Key, Row, Value
from tests.history.replay import GRACE, Gates
from tests.history.steps import RULES

EVERYTHING = Grant(0, "a test")
ZONE = "America/Denver"
#: Meters of each kind that are declared at once.
METERS = 100
#: Position of the rule, and whether gates are declared.
KINDS = [(rule, gated) for rule in range(len(RULES)) for gated in (False, True)]

#: The same, and whether its telemetry comes from two partitions.
Kind = tuple[int, bool, bool]

PROJECT = """
INSERT INTO project (cds_productionproject_id, tenant, name, timezone, interval_seconds,
  interval_anchor_seconds, units, day_ahead_gate, hour_ahead_lead_minutes)
VALUES ($1, 'default', $1, $2, $3, $4, 'kWh', $5, $6)
"""
METER = """
INSERT INTO meter (meter_number, cds_productionproject_id, capacity_kw, integration,
  hold_limit_seconds)
SELECT $1 || '-' || n, $1, 100, $2, $3 FROM generate_series($4::int, $5::int) AS n
"""
MEMBERSHIP = """
INSERT INTO membership (meter_id, cds_productionproject_id)
SELECT m.meter_id, m.cds_productionproject_id FROM meter m
WHERE NOT EXISTS (SELECT FROM membership b WHERE b.meter_id = m.meter_id)
"""
#: Over the views of one instant, as any statement of the API.
PUBLISHED = """
SELECT v.production_format::text, v.channel::text, v.interval_start, v.energy_microkwh,
  v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality::text, v.samples,
  v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model, v.cause::text,
  v.created_at, v.recorded_at
FROM interval_value v
WHERE v.meter_id = $1
"""
IN_FORCE = """
SELECT e.production_format::text, e.channel::text, e.interval_start, e.edit_id
FROM edited_interval e
WHERE e.meter_id = $1 AND e.ended_at IS NULL
"""
KEPT = """
SELECT (SELECT count(*) FROM settlement_read r WHERE r.meter_id = $1)
  + (SELECT count(*) FROM forecast_vintage f WHERE f.meter_id = $1)
"""


@dataclass
class System:
    """Everything that histories share but their meters."""

    url: str
    _numbers: dict[str, Meter] = field(default_factory=dict)
    _used: dict[tuple[int, bool], int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))

    async def open(self) -> None:
        """Connect, and declare the projects with their first meters."""
        self.settings = Settings(
            database_url=SecretStr(self.url),
            checkpoint_seconds=3600,
            grace_seconds=GRACE.total_seconds(),
        )
        # What is asked is what was committed, not whether it survives a power cut.
        self.pool: Pool = await open_pool(
            self.settings, server_settings={"synchronous_commit": "off", "jit": "off"}
        )
        self.meters = Meters(self.settings, self.pool)
        self.reader = await asyncpg.connect(self.url, server_settings=SESSION_SETTINGS)
        async with self.pool.acquire() as connection:
            for kind in KINDS:
                await _declare(connection, *kind)
                await self._add_meters(connection, *kind)
        await self._refresh()

    async def close(self) -> None:
        """Disconnect."""
        await self.reader.close()
        await self.pool.close()

    async def new_course(self, kind: Kind) -> Course:
        """Return the course of a meter of which nothing is stored."""
        rule, gated, shared = kind
        used = self._used[rule, gated] = self._used[rule, gated] + 1
        number = f"{_name(rule, gated)}-{used}"
        if number not in self._numbers:
            async with self.pool.acquire() as connection:
                await self._add_meters(connection, rule, gated)
            await self._refresh()
        tools = tools_of(self.settings, self.pool, self.meters)
        return Course(self._numbers[number], RULES[rule], Gates(gated), tools, shared)

    async def session(self, as_of: datetime) -> Session:
        """Return the API's session as of an instant; it ends with the next one."""
        return await narrowed(self.reader, EVERYTHING, as_of)

    async def published(self, meter: Meter, as_of: datetime) -> dict[Key, Row]:
        """Return what the API's views hold of a meter as of an instant."""
        await self.session(as_of)
        rows = await self.reader.fetch(PUBLISHED, meter.meter_id)
        return {_key(row): Row(Value(*row[3:15]), *row[15:]) for row in map(tuple, rows)}

    async def in_force(self, meter: Meter, as_of: datetime) -> dict[Key, int]:
        """Return the edits that were in force at an instant."""
        await self.session(as_of)
        rows = await self.reader.fetch(IN_FORCE, meter.meter_id)
        return {_key(row): row[3] for row in map(tuple, rows)}

    async def kept(self, meter: Meter, as_of: datetime) -> int:
        """Return how many reads and vintages were known at an instant."""
        await self.session(as_of)
        found: int = await self.reader.fetchval(KEPT, meter.meter_id)
        return found

    async def segments(self, meter: Meter, as_of: datetime) -> list[Segment]:
        """Return the usage segments that the API lists of a meter as of an instant."""
        filters = SegmentFilters(meter_numbers=(meter.meter_number,))
        page = await segments.page(await self.session(as_of), filters, None)
        return list(page.items)

    async def _add_meters(self, connection: Connection, rule: int, gated: bool) -> None:
        name, kind = _name(rule, gated), RULES[rule]
        known = sum(number.startswith(f"{name}-") for number in self._numbers)
        integration = "linear" if kind.linear else "step"
        bounds = known + 1, known + METERS
        await connection.execute(METER, name, integration, kind.hold, *bounds)
        await connection.execute(MEMBERSHIP)
        await connection.execute(*sql("bump_catalogue"))

    async def _refresh(self) -> None:
        await self.meters.refresh()
        self._numbers = {meter.meter_number: meter for meter in self.meters.by_id.values()}


async def _declare(connection: Connection, rule: int, gated: bool) -> None:
    seconds = RULES[rule].length
    gates = (time(10), 60) if gated else (None, None)
    anchor = anchor_seconds(ZONE, seconds)
    await connection.execute(PROJECT, _name(rule, gated), ZONE, seconds, anchor, *gates)


def _name(rule: int, gated: bool) -> str:
    return f"{'gated' if gated else 'plain'}-{rule}"


def _key(row: tuple[str, str, datetime]) -> Key:
    return ProductionFormat(row[0]), Channel(row[1]), row[2]
