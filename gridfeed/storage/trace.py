"""What a published number was made from, read back for `gridfeed explain`."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from gridfeed.domain.block import decode
from gridfeed.domain.explain import Origin, SettlementVersion, Vintage
from gridfeed.domain.plain import PlainSample, Rule
from gridfeed.domain.samples import POINT_QUALITIES, Samples
from gridfeed.domain.words import Channel, ProductionFormat
from gridfeed.storage.blocks import microseconds
from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql


@dataclass(frozen=True, slots=True)
class TracedMeter:
    """A meter and what its samples are read with."""

    meter_id: int
    meter_number: str
    timezone: str
    units: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class Span:
    """Intervals of one meter and format: those of `seconds` that start in [start, end)."""

    meter: TracedMeter
    production_format: ProductionFormat
    start: datetime
    end: datetime
    seconds: int


@dataclass(frozen=True, slots=True)
class TracedValue:
    """The current value of one interval, as stored: generation positive, 10^-6 kWh and kW."""

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
    created_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class FormerValue:
    """What a value was before a correction, a higher version or a newer vintage replaced it."""

    channel: Channel
    interval_start: datetime
    energy_microkwh: int | None
    quality: str | None
    settlement_version: int | None
    issued_at: datetime | None
    recorded_at: datetime
    replaced_at: datetime


@dataclass(frozen=True, slots=True)
class TracedSource:
    """A topic partition. next_offset: raw samples below it are stored; values may be ahead."""

    source_id: int
    stream: str
    topic: str
    kafka_partition: int
    generation: int
    next_offset: int
    published_offset: int


async def traced_meter(connection: Connection, meter_number: str) -> TracedMeter | None:
    """Return the declared meter of that number, if there is one."""
    row = await connection.fetchrow(sql("trace_meter"), meter_number)
    if row is None:
        return None
    rule = Rule(
        row["interval_seconds"] * 1_000_000,
        row["interval_anchor_seconds"] * 1_000_000,
        row["hold_limit_seconds"] * 1_000_000,
        row["integration"] == "linear",
    )
    return TracedMeter(row["meter_id"], meter_number, row["timezone"], row["units"], rule)


async def traced_values(connection: Connection, span: Span) -> list[TracedValue]:
    """Return the stored values of the span, by channel and start."""
    rows = await connection.fetch(sql("trace_values"), *_where(span))
    return [TracedValue(**{**row, "channel": Channel(row["channel"])}) for row in rows]


async def former_values(connection: Connection, span: Span) -> list[FormerValue]:
    """Return what the values of the span replaced, oldest first."""
    rows = await connection.fetch(sql("trace_versions"), *_where(span))
    return [FormerValue(**{**row, "channel": Channel(row["channel"])}) for row in rows]


async def traced_samples(connection: Connection, span: Span) -> Mapping[Channel, list[PlainSample]]:
    """Return the stored samples that the span's values depend on, of every channel."""
    reach = timedelta(microseconds=span.meter.rule.hold + span.meter.rule.length)
    rows = await connection.fetch(
        sql("trace_blocks"), span.meter.meter_id, span.start - reach, span.end + reach
    )
    found: dict[Channel, list[PlainSample]] = defaultdict(list)
    for row in rows:
        samples = decode(row["block"], microseconds(row["interval_start"]), row["source_id"])
        found[Channel(row["channel"])] += _plain(samples)
    return found


async def traced_versions(
    connection: Connection, span: Span
) -> Mapping[tuple[Channel, datetime], list[SettlementVersion]]:
    """Return every settlement version of the span, by channel and interval."""
    found: dict[tuple[Channel, datetime], list[SettlementVersion]] = defaultdict(list)
    rows = await connection.fetch(
        sql("trace_reads"), span.meter.meter_id, span.start, span.end, span.seconds
    )
    for row in rows:
        found[Channel(row["channel"]), row["interval_start"]].append(
            SettlementVersion(
                row["settlement_version"],
                row["energy_microkwh"],
                row["quality"],
                row["read_at"],
                row["recorded_at"],
                Origin(row["source_id"], row["kafka_offset"]),
            )
        )
    return found


async def traced_vintages(
    connection: Connection, span: Span
) -> Mapping[tuple[Channel, datetime], list[Vintage]]:
    """Return every vintage of the span, by channel (forecasts are of GROSS) and interval."""
    found: dict[tuple[Channel, datetime], list[Vintage]] = defaultdict(list)
    for row in await connection.fetch(sql("trace_vintages"), *_where(span)):
        found[Channel.GROSS, row["interval_start"]].append(_vintage(row))
    return found


async def traced_sources(
    connection: Connection, meter: TracedMeter, source_ids: Collection[int]
) -> Mapping[int, TracedSource]:
    """Return the meter's topic partitions by their short names, and those named."""
    rows = await connection.fetch(sql("trace_sources"), meter.meter_id, list(source_ids))
    return {row["source_id"]: TracedSource(**row) for row in rows}


def _where(span: Span) -> tuple[object, ...]:
    return span.meter.meter_id, span.production_format, span.start, span.end, span.seconds


def _vintage(row: asyncpg.Record) -> Vintage:
    return Vintage(
        row["issued_at"],
        row["in_time"],
        row["power_microkw"],
        row["p10_microkw"],
        row["p90_microkw"],
        row["model"],
        row["recorded_at"],
        Origin(row["source_id"], row["kafka_offset"]),
    )


def _plain(samples: Samples) -> list[PlainSample]:
    columns = (column.tolist() for column in samples.columns())
    return [
        PlainSample(at, power, POINT_QUALITIES[quality], source, offset)
        for at, power, quality, source, offset in zip(*columns, strict=True)
    ]
