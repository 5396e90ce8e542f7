"""From the database to explanations: one way for each production format."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from gridfeed.cli.explain_shapes import (
    Recomputed,
    Shape,
    Sources,
    telemetry_shape,
    versions_shape,
    vintages_shape,
)
from gridfeed.domain.explain import explain_telemetry, rank_versions, rank_vintages
from gridfeed.domain.interval import local_date_of, local_day
from gridfeed.domain.words import ProductionFormat
from gridfeed.storage.blocks import microseconds
from gridfeed.storage.connect import Connection
from gridfeed.storage.trace import (
    Span,
    TracedValue,
    traced_samples,
    traced_sources,
    traced_versions,
    traced_vintages,
)

#: What a stored value comes to when made again, and how.
Explain = Callable[[TracedValue], tuple[Recomputed | None, Shape]]


class Explainer(Protocol):
    """Reads what a span of values was made from; gives back how each of them came about."""

    async def __call__(self, connection: Connection, span: Span) -> Explain:
        """Return a function that explains one value of the span."""


async def _telemetry(connection: Connection, span: Span) -> Explain:
    samples = await traced_samples(connection, span)
    named = {sample.source for every in samples.values() for sample in every}
    sources = await traced_sources(connection, span.meter, named)
    notes = _not_stored_yet(sources)

    def explain(value: TracedValue) -> tuple[Recomputed | None, Shape]:
        rule = replace(span.meter.rule, length=value.interval_seconds * 1_000_000)
        start = microseconds(value.interval_start)
        explanation = explain_telemetry(samples.get(value.channel, []), rule, start)
        again = explanation.value
        return (
            Recomputed(again.energy, again.mean, again.peak, again.quality),
            {**telemetry_shape(explanation, sources), "notes": notes},
        )

    return explain


async def _settlement(connection: Connection, span: Span) -> Explain:
    versions = await traced_versions(connection, span)
    named = {each.origin.source for every in versions.values() for each in every}
    sources = await traced_sources(connection, span.meter, named)

    def explain(value: TracedValue) -> tuple[Recomputed | None, Shape]:
        ranked = rank_versions(versions.get((value.channel, value.interval_start), []))
        current = [each.candidate for each in ranked if each.current]
        again = Recomputed(current[0].energy, quality=current[0].quality) if current else None
        return again, versions_shape(ranked, sources)

    return explain


async def _forecast(connection: Connection, span: Span) -> Explain:
    vintages = await traced_vintages(connection, span)
    named = {each.origin.source for every in vintages.values() for each in every}
    sources = await traced_sources(connection, span.meter, named)

    def explain(value: TracedValue) -> tuple[Recomputed | None, Shape]:
        ranked = rank_vintages(vintages.get((value.channel, value.interval_start), []))
        current = [each.candidate for each in ranked if each.current]
        again = None
        if current:
            power = current[0].power
            again = Recomputed(current[0].energy(value.interval_seconds), mean=power)
        return again, vintages_shape(ranked, _gate(span, value.interval_start), sources)

    return explain


EXPLAINERS: Mapping[ProductionFormat, Explainer] = {
    ProductionFormat.SCADA: _telemetry,
    ProductionFormat.SETTLEMENT: _settlement,
    ProductionFormat.FORECAST_DAY_AHEAD: _forecast,
    ProductionFormat.FORECAST_HOUR_AHEAD: _forecast,
}


def _gate(span: Span, start: datetime) -> datetime:
    """Return the instant that a forecast must be issued before (DESIGN rule 4)."""
    if span.production_format is ProductionFormat.FORECAST_HOUR_AHEAD:
        return start
    zone = ZoneInfo(span.meter.timezone)
    return local_day(zone, local_date_of(zone, start)).start


def _not_stored_yet(sources: Sources) -> list[str]:
    return [
        f"raw samples of {each.topic}/{each.kafka_partition} are stored up to offset"
        f" {each.next_offset}, values up to {each.published_offset}: what differs may come with the"
        " next checkpoint (GRIDFEED_CHECKPOINT_SECONDS); run it again then"
        for each in sources.values()
        if each.stream == "telemetry" and each.published_offset > each.next_offset
    ]
