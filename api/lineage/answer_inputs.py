"""Samples, settlement reads and forecast vintages behind a value, as parts of an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from msgspec import field

from api.lineage.query_inputs import TracedSource
from api.web.shapes import Shape, Time, means
from gridfeed.domain.calendar.instants import instant
from gridfeed.domain.published.explain import (
    Origin,
    Ranked,
    SettlementVersion,
    TelemetryExplanation,
    Vintage,
)
from gridfeed.domain.telemetry.plain import PlainSample, Stretch
from gridfeed.domain.words import PointQuality

Members = dict[str, Any]
Sources = Mapping[int, TracedSource]


class KafkaPlace(Shape):
    """The place of a message in Kafka."""

    topic: Annotated[str | None, means("Kafka topic")]
    partition: Annotated[int | None, means("of the topic")]
    offset: Annotated[int, means("of the message")]


class TracedSample(KafkaPlace):
    """A stored sample of power."""

    observed_at: Annotated[Time, means("to the microsecond")]
    power_kw: Annotated[str, means("generation positive")]
    quality: Annotated[str, means("GOOD, UNCERTAIN, BAD or SUBSTITUTED")]


class Part(Shape):
    """A part of an interval: its power comes from one sample, or is not known."""

    since: Annotated[Time, means("start of the part")] = field(name="from")
    until: Annotated[Time, means("end of the part")]
    seconds: Annotated[str, means("length of the part, its weight in the integral of power")]
    power_kw: Annotated[list[str] | None, means("power at its two ends; null: a gap")]
    why: Annotated[str, means("held, on the line to the next sample, or why there is a gap")]
    carry_in: Annotated[bool, means("whether its sample lies before the interval")]
    sample: Annotated[
        TracedSample | None, means("sample that gives the power; null: no sample before this part")
    ]


class Candidate(KafkaPlace):
    """One of the messages that give a value for an interval."""

    current: Annotated[bool, means("whether this message counts")]
    why: Annotated[str, means("why it counts or does not count")]


class TracedVersion(Candidate):
    """A settlement version of an interval."""

    settlement_version: Annotated[int, means("the highest counts")]
    run: Annotated[str | None, means("code of the settlement run")]
    energy_kwh: Annotated[str, means("generation positive")]
    quality: Annotated[str, means("as of usage segments")]
    read_at: Annotated[Time, means("when it was read; the newest read of a version counts")]
    recorded_at: Annotated[Time, means("known since")]


class TracedVintage(Candidate):
    """A forecast vintage of an interval."""

    issued_at: Annotated[Time, means("when it was issued; the newest vintage in time counts")]
    in_time: Annotated[bool, means("whether it was issued before the gate, decided on arrival")]
    mean_kw: Annotated[str, means("mean power")]
    p10_kw: Annotated[str | None, means("quantile")]
    p90_kw: Annotated[str | None, means("quantile")]
    model: Annotated[str | None, means("forecast model")]
    recorded_at: Annotated[Time, means("known since")]


@dataclass(frozen=True, slots=True)
class Gate:
    """When a forecast must have been issued; included: the very instant still counts."""

    at: datetime
    included: bool


def telemetry_members(explanation: TelemetryExplanation, sources: Sources) -> Members:
    """Return how samples cover an interval, and the decisions in words."""
    return {
        "parts": [_part(part, explanation, sources) for part in explanation.parts],
        "replaced_samples": [_sample(each, sources) for each in explanation.replaced],
        "reasons": list(explanation.reasons),
    }


def settlement_members(ranked: Sequence[Ranked[SettlementVersion]], sources: Sources) -> Members:
    """Return every settlement version of an interval, the current one first."""
    return {
        "versions": [
            TracedVersion(
                **_ranked(each, sources),
                settlement_version=each.candidate.settlement_version,
                run=each.candidate.run,
                energy_kwh=millionths(each.candidate.energy),
                quality=each.candidate.quality,
                read_at=each.candidate.read_at,
                recorded_at=each.candidate.recorded_at,
            )
            for each in ranked
        ]
    }


def forecast_members(ranked: Sequence[Ranked[Vintage]], gate: Gate, sources: Sources) -> Members:
    """Return every vintage of an interval, the current one first, and the gate as declared now."""
    return {
        "gate": gate.at,
        "gate_rule": "issued by then" if gate.included else "issued before then",
        "vintages": [
            TracedVintage(
                **_ranked(each, sources),
                issued_at=each.candidate.issued_at,
                in_time=each.candidate.in_time,
                mean_kw=millionths(each.candidate.power),
                p10_kw=micro(each.candidate.p10),
                p90_kw=micro(each.candidate.p90),
                model=each.candidate.model,
                recorded_at=each.candidate.recorded_at,
            )
            for each in ranked
        ],
    }


def micro(amount: int | None) -> str | None:
    """Return millionths as exact text, None for None."""
    return None if amount is None else millionths(amount)


def millionths(amount: int) -> str:
    """Return millionths as exact text with six decimals."""
    return f"{Decimal(amount).scaleb(-6):.6f}"


def _kilowatts(quanta: int) -> str:
    """Return power of samples, 10^-9 kW, as exact text with six decimals or as many as it has."""
    whole, rest = f"{Decimal(quanta).scaleb(-9):.9f}".split(".")
    return f"{whole}.{rest[:6]}{rest[6:].rstrip('0')}"


def _part(part: Stretch, explanation: TelemetryExplanation, sources: Sources) -> Part:
    sample, ends = part.sample, (part.left, part.right)
    return Part(
        since=instant(part.since),
        until=instant(part.until),
        seconds=millionths(part.length),
        power_kw=[_kilowatts(end) for end in ends if end is not None] or None,
        why=_why(part),
        carry_in=sample is not None and sample.at < explanation.start,
        sample=None if sample is None else _sample(sample, sources),
    )


def _why(part: Stretch) -> str:
    if part.sample is None:
        return "gap: no sample before it that still holds"
    if part.left is None:
        bad = part.sample.quality is PointQuality.BAD
        return "gap: a BAD sample covers nothing" if bad else "gap: the hold limit has passed"
    if part.left != part.right:
        return "on the line to the next sample"
    return "held, substituted" if part.substituted else "held"


def _sample(sample: PlainSample, sources: Sources) -> TracedSample:
    return TracedSample(
        **_place(Origin(sample.source, sample.offset), sources),
        observed_at=instant(sample.at),
        power_kw=_kilowatts(sample.power),
        quality=sample.quality,
    )


def _ranked(each: Ranked[SettlementVersion] | Ranked[Vintage], sources: Sources) -> Members:
    return {**_place(each.candidate.origin, sources), "current": each.current, "why": each.why}


def _place(origin: Origin, sources: Sources) -> Members:
    source = sources.get(origin.source)
    return {
        "topic": source.topic if source else None,
        "partition": source.kafka_partition if source else None,
        "offset": origin.offset,
    }
