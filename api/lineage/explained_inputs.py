"""From the database to explanations: one way for each production format."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from api.lineage.answer import Recomputed
from api.lineage.answer_inputs import (
    Gate,
    Members,
    forecast_members,
    settlement_members,
    telemetry_members,
)
from api.lineage.query import Span, TracedValue
from api.lineage.query_inputs import (
    TracedSource,
    traced_losses,
    traced_samples,
    traced_sources,
    traced_versions,
    traced_vintages,
)
from api.reading.session import Session
from gridfeed.domain.calendar.instants import microseconds, rfc3339
from gridfeed.domain.calendar.interval import local_date_of, local_day
from gridfeed.domain.published.explain import (
    around,
    explain_telemetry,
    rank_versions,
    rank_vintages,
)
from gridfeed.domain.settlement.forecast import mean_energy
from gridfeed.domain.settlement.gate import day_ahead_gate
from gridfeed.domain.telemetry.lost import touched
from gridfeed.domain.words import ProductionFormat, ReadingQuality


@dataclass(frozen=True, slots=True)
class Made:
    """What the streams make of an interval. again: None where that cannot be told.

    by: samples, settlement_version or vintage. members: of LineageInterval, they tell how. notes:
    sentences about doubts.
    """

    by: str
    again: Recomputed | None
    members: Members
    notes: Sequence[str] = field(default_factory=tuple)


#: What a stored value comes to when made again, and how.
Explain = Callable[[TracedValue], Made]


class Explainer(Protocol):
    """Reads what a span of values was made from; gives back how each of them came about."""

    async def __call__(self, session: Session, span: Span) -> Explain:
        """Return a function that explains one value of the span."""


async def _telemetry(session: Session, span: Span) -> Explain:
    samples = await traced_samples(session, span)
    sources = await traced_sources(session, span.meter)
    rule, ahead = span.rule, _not_stored_yet(sources.values())
    lost = await traced_losses(session, span.meter)

    def explain(value: TracedValue) -> Made:
        start = microseconds(value.interval_start)
        of_interval = around(samples.get(value.channel, ()), rule, start)
        explanation = explain_telemetry(of_interval, rule, start)
        made, members = explanation.value, telemetry_members(explanation, sources)
        again = Recomputed(made.energy, made.mean, made.peak, made.quality)
        if again.equals(value):
            return Made("samples", again, members, ahead)
        if (in_doubt := replace(again, quality=ReadingQuality.ESTIMATED)).equals(value) and touched(
            lost, [(span.meter.meter_id, value.channel, value.interval_start, span.seconds)]
        ):
            return Made("samples", in_doubt, members, [*ahead, _LOST])
        if _reaches_out_of_sight(span, value):
            return Made("samples", None, members, [*ahead, _OUT_OF_SIGHT])
        return Made("samples", again, members, [*ahead, *_other_rules(span, value)])

    return explain


async def _settlement(session: Session, span: Span) -> Explain:
    versions = await traced_versions(session, span)
    sources = await traced_sources(session, span.meter)

    def explain(value: TracedValue) -> Made:
        ranked = rank_versions(versions.get((value.channel, value.interval_start), ()))
        current = next((each.candidate for each in ranked if each.current), None)
        again = current and Recomputed(
            current.energy,
            quality=current.quality,
            settlement_version=current.settlement_version,
        )
        return Made("settlement_version", again or _NOTHING, settlement_members(ranked, sources))

    return explain


async def _forecast(session: Session, span: Span) -> Explain:
    vintages = await traced_vintages(session, span)
    sources = await traced_sources(session, span.meter)

    def explain(value: TracedValue) -> Made:
        ranked = rank_vintages(vintages.get((value.channel, value.interval_start), ()))
        current = next((each.candidate for each in ranked if each.current), None)
        seconds = value.interval_seconds
        again = current and Recomputed(
            current.energy(seconds),
            mean=current.power,
            p10=mean_energy(current.p10, seconds),
            p90=mean_energy(current.p90, seconds),
        )
        members = forecast_members(ranked, _gate(span, value.interval_start), sources)
        return Made("vintage", again or _NOTHING, members)

    return explain


EXPLAINERS: Mapping[ProductionFormat, Explainer] = {
    ProductionFormat.SCADA: _telemetry,
    ProductionFormat.SETTLEMENT: _settlement,
    ProductionFormat.FORECAST_DAY_AHEAD: _forecast,
    ProductionFormat.FORECAST_HOUR_AHEAD: _forecast,
}


#: What comes out where nothing was streamed that counts.
_NOTHING = Recomputed(None)
_LOST = (
    "messages were deleted before they were handled, and samples of this interval may be among"
    " them: its quality is at best estimated"
)
_OUT_OF_SIGHT = (
    "the meter belonged to another project shortly before or after: samples of that time are not"
    " shown, but the value may include their power"
)


def _gate(span: Span, start: datetime) -> Gate:
    """Return when a forecast must be issued to count, as the project declares it now."""
    membership = span.membership
    if span.production_format is ProductionFormat.FORECAST_HOUR_AHEAD:
        lead = membership.hour_ahead_lead_minutes
        return Gate(start - timedelta(minutes=lead or 0), included=lead is not None)
    zone = ZoneInfo(membership.timezone)
    day = local_day(zone, local_date_of(zone, start)).start
    if membership.day_ahead_gate is None:
        return Gate(day, included=False)
    return Gate(day_ahead_gate(zone, day, membership.day_ahead_gate), included=True)


def _reaches_out_of_sight(span: Span, value: TracedValue) -> bool:
    """Tell whether samples decide the value that lie in a project which may not be seen."""
    hold, membership = timedelta(microseconds=span.rule.hold), span.membership
    others = span.meter.memberships
    before = all(other.ends_at != membership.starts_at for other in others)
    after = all(other.starts_at != membership.ends_at for other in others)
    return (before and value.interval_start - membership.starts_at < hold) or (
        after and membership.ends_at - value.interval_start - span.length < hold
    )


def _other_rules(span: Span, value: TracedValue) -> list[str]:
    changed = span.meter.modified_at
    if changed <= value.recorded_at:
        return []
    since = f"the meter's declaration changed at {rfc3339(changed)}"
    return [f"{since}: the value was computed by the former declaration"]


def _not_stored_yet(sources: Iterable[TracedSource]) -> list[str]:
    return [
        f"values of {each.topic}/{each.kafka_partition} are published ahead of its stored raw"
        " samples: the next checkpoint (GRIDFEED_CHECKPOINT_SECONDS) may remove a difference; ask"
        " again then"
        for each in sources
        if each.stream == "telemetry" and each.values_ahead
    ]
