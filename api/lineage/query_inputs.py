"""What published values were made from: samples, settlement reads, forecast vintages."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter

import asyncpg

from api.lineage.query import Place, Span, TracedMeter
from api.reading.session import Session
from gridfeed.domain.calendar.instants import microseconds
from gridfeed.domain.published.explain import Origin, SettlementVersion, Vintage
from gridfeed.domain.telemetry.block import decode
from gridfeed.domain.telemetry.lost import LostSeries
from gridfeed.domain.telemetry.plain import PlainSample
from gridfeed.domain.telemetry.samples import POINT_QUALITIES, Samples
from gridfeed.domain.words import Channel


@dataclass(frozen=True, slots=True)
class TracedSource:
    """A topic partition. values_ahead: of telemetry, published before its samples are stored."""

    source_id: int
    stream: str
    topic: str
    kafka_partition: int
    values_ahead: bool


async def traced_samples(session: Session, span: Span) -> Mapping[Channel, Sequence[PlainSample]]:
    """Return the stored samples that the span's values depend on, of every channel, by time."""
    rule = span.rule
    reach = timedelta(microseconds=rule.hold + rule.length)
    rows = await session.fetch(
        "lineage/lineage_blocks",
        meter_id=span.meter.meter_id,
        first=span.start - reach,
        last=span.end + reach,
    )
    found: dict[Channel, list[PlainSample]] = defaultdict(list)
    for row in rows:
        samples = decode(row["block"], microseconds(row["interval_start"]), row["source_id"])
        found[Channel(row["channel"])] += _plain(samples)
    return {channel: sorted(every, key=attrgetter("at")) for channel, every in found.items()}


async def traced_losses(session: Session, meter: TracedMeter) -> list[LostSeries]:
    """Return the times of the meter's series that may lack samples."""
    rows = await session.fetch("lineage/lineage_lost", meter_id=meter.meter_id)
    return [LostSeries(**row) for row in rows]


async def traced_versions(
    session: Session, span: Span
) -> Mapping[Place, Sequence[SettlementVersion]]:
    """Return every settlement read of the span's intervals."""
    found: dict[Place, list[SettlementVersion]] = defaultdict(list)
    rows = await session.fetch(
        "lineage/lineage_reads",
        meter_id=span.meter.meter_id,
        start=span.start,
        end=span.end,
        interval_seconds=span.seconds,
        cds_productionproject_id=span.membership.cds_productionproject_id,
    )
    for row in rows:
        found[Channel(row["channel"]), row["interval_start"]].append(
            SettlementVersion(
                row["settlement_version"],
                row["energy_microkwh"],
                row["quality"],
                row["read_at"],
                row["recorded_at"],
                _origin(row),
                row["code"],
            )
        )
    return found


async def traced_vintages(session: Session, span: Span) -> Mapping[Place, Sequence[Vintage]]:
    """Return every vintage of the span's intervals; forecasts are of GROSS."""
    found: dict[Place, list[Vintage]] = defaultdict(list)
    rows = await session.fetch(
        "lineage/lineage_vintages", **span.where(), interval_seconds=span.seconds
    )
    for row in rows:
        found[Channel.GROSS, row["interval_start"]].append(
            Vintage(
                row["issued_at"],
                row["in_time"],
                row["power_microkw"],
                row["p10_microkw"],
                row["p90_microkw"],
                row["model"],
                row["recorded_at"],
                _origin(row),
            )
        )
    return found


async def traced_sources(session: Session, meter: TracedMeter) -> Mapping[int, TracedSource]:
    """Return the meter's topic partitions by their short names."""
    rows = await session.fetch("lineage/lineage_sources", meter_id=meter.meter_id)
    return {row["source_id"]: TracedSource(**row) for row in rows}


def _origin(row: asyncpg.Record) -> Origin:
    return Origin(row["source_id"], row["kafka_offset"])


def _plain(samples: Samples) -> list[PlainSample]:
    columns = (column.tolist() for column in samples.columns())
    return [
        PlainSample(at, power, POINT_QUALITIES[quality], source, offset)
        for at, power, quality, source, offset in zip(*columns, strict=True)
    ]
