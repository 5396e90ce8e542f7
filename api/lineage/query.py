"""The published values of a segment with their history: what lineage explains."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import asyncpg

from api.reading.session import Session
from gridfeed.domain.calendar.instants import SECOND_US
from gridfeed.domain.telemetry.plain import Rule
from gridfeed.domain.vee.series import Plant, plant_of
from gridfeed.domain.words import Channel, Integration, ProductionFormat

#: One interval of a span: channel and start.
Place = tuple[Channel, datetime]


@dataclass(frozen=True, slots=True)
class TracedMembership:
    """The time [starts_at, ends_at) in which a meter's intervals belong to a project.

    plant: what validation knows of the meter there.
    """

    cds_productionproject_id: str
    timezone: str
    day_ahead_gate: time | None
    hour_ahead_lead_minutes: int | None
    starts_at: datetime
    ends_at: datetime
    plant: Plant


@dataclass(frozen=True, slots=True)
class TracedMeter:
    """A meter, what its samples are read with, and its visible projects by time."""

    meter_id: int
    meter_number: str
    integration: Integration
    hold_limit_seconds: int
    modified_at: datetime
    memberships: tuple[TracedMembership, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Intervals of one meter, project and format: those of `seconds` that start in [start, end)."""

    meter: TracedMeter
    membership: TracedMembership
    production_format: ProductionFormat
    start: datetime
    end: datetime
    seconds: int

    @property
    def length(self) -> timedelta:
        """Return the length of an interval."""
        return timedelta(seconds=self.seconds)

    @property
    def rule(self) -> Rule:
        """Return how the meter's samples become these intervals."""
        hold = self.meter.hold_limit_seconds * SECOND_US
        linear = self.meter.integration is Integration.LINEAR
        return Rule(self.seconds * SECOND_US, 0, hold, linear)

    def where(self) -> dict[str, object]:
        """Return the arguments that say which meter, format and time."""
        return {
            "meter_id": self.meter.meter_id,
            "production_format": self.production_format,
            "start": self.start,
            "end": self.end,
        }


@dataclass(frozen=True, slots=True)
class TracedValue:
    """The value of one interval, as stored: generation positive, 10^-6 kWh and kW."""

    channel: Channel
    interval_start: datetime
    interval_seconds: int
    energy_microkwh: int | None
    mean_microkw: int | None
    peak_microkw: int | None
    p10_microkwh: int | None
    p90_microkwh: int | None
    quality: str | None
    samples: int | None
    coverage_us: int | None
    longest_gap_us: int | None
    settlement_version: int | None
    issued_at: datetime | None
    model: str | None
    finalize_at: datetime | None
    recorded_at: datetime
    cause: str | None


@dataclass(frozen=True, slots=True)
class FormerValue:
    """What a value was until another replaced it; delta: new energy minus this one."""

    channel: Channel
    interval_start: datetime
    energy_microkwh: int | None
    quality: str | None
    settlement_version: int | None
    issued_at: datetime | None
    recorded_at: datetime
    cause: str | None
    replaced_at: datetime
    replaced_by: str | None
    delta_microkwh: int | None
    finalize_at: datetime | None


@dataclass(frozen=True, slots=True)
class TracedEdit:
    """An edit or estimate of one interval; ended_at None: in force, its value is published."""

    channel: Channel
    interval_start: datetime
    edit_id: int
    kind: str
    who: str
    why: str
    method: str
    inputs: dict[str, Any]
    energy_microkwh: int | None
    quality: str | None
    recorded_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    withdrawn_who: str | None
    withdrawn_why: str | None


async def traced_meter(session: Session, meter_number: str) -> TracedMeter | None:
    """Return the meter of that number; None where there is none, or none that may be seen."""
    rows = await session.fetch("lineage/lineage_meter", meter_number=meter_number)
    if not rows:
        return None
    first = rows[0]
    return TracedMeter(
        first["meter_id"],
        meter_number,
        Integration(first["integration"]),
        first["hold_limit_seconds"],
        first["modified_at"],
        tuple(_membership(row) for row in rows),
    )


async def traced_values(session: Session, span: Span) -> list[TracedValue]:
    """Return the published values of the span, by start and channel."""
    rows = await session.fetch(
        "lineage/lineage_values", **span.where(), interval_seconds=span.seconds
    )
    return [TracedValue(**_with_channel(row)) for row in rows]


async def streamed_values(session: Session, span: Span) -> Mapping[Place, TracedValue]:
    """Return what the streams say of the intervals that edits decide."""
    rows = await session.fetch(
        "lineage/lineage_streamed", **span.where(), interval_seconds=span.seconds
    )
    found = [TracedValue(**_with_channel(row)) for row in rows]
    return {(each.channel, each.interval_start): each for each in found}


async def former_values(session: Session, span: Span) -> Mapping[Place, list[FormerValue]]:
    """Return what the values of the span replaced, oldest first.

    As of an instant, a version that was published then and replaced later is the last of them.
    """
    rows = await session.fetch(
        "lineage/lineage_versions", **span.where(), published_by=session.as_of
    )
    found: dict[Place, list[FormerValue]] = defaultdict(list)
    for row in rows:
        former = FormerValue(**_with_channel(row))
        found[former.channel, former.interval_start].append(former)
    return found


async def traced_edits(session: Session, span: Span) -> Mapping[Place, list[TracedEdit]]:
    """Return the edits and estimates of the span, newest first."""
    found: dict[Place, list[TracedEdit]] = defaultdict(list)
    for row in await session.fetch("lineage/lineage_edits", **span.where()):
        # Numbers stay as they are written: a float would lose digits.
        inputs = json.loads(row["inputs"], parse_float=str)
        edit = TracedEdit(**_with_channel(row) | {"inputs": inputs})
        found[edit.channel, edit.interval_start].append(edit)
    return found


def _membership(row: asyncpg.Record) -> TracedMembership:
    return TracedMembership(
        row["cds_productionproject_id"],
        row["timezone"],
        row["day_ahead_gate"],
        row["hour_ahead_lead_minutes"],
        row["starts_at"],
        row["ends_at"],
        plant_of(dict(row)),
    )


def _with_channel(row: asyncpg.Record) -> dict[str, Any]:
    return {**row, "channel": Channel(row["channel"])}
