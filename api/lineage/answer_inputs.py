"""Samples, settlement reads and forecast vintages behind a value, as plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from api.lineage.answer import Shape, micro, text
from api.lineage.query_inputs import TracedSource
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

Sources = Mapping[int, TracedSource]


@dataclass(frozen=True, slots=True)
class Gate:
    """When a forecast must have been issued; included: the very instant still counts."""

    at: datetime
    included: bool


def telemetry_shape(explanation: TelemetryExplanation, sources: Sources) -> Shape:
    """Return how samples cover an interval, and the decisions in words."""
    return {
        "parts": [_part(part, explanation, sources) for part in explanation.parts],
        "replaced_samples": [_sample(each, sources) for each in explanation.replaced],
        "reasons": list(explanation.reasons),
    }


def versions_shape(ranked: Sequence[Ranked[SettlementVersion]], sources: Sources) -> Shape:
    """Return every settlement version of an interval, the current one first."""
    return {
        "versions": [
            {
                "settlement_version": each.candidate.settlement_version,
                "run": each.candidate.run,
                "energy_kwh": micro(each.candidate.energy),
                "quality": each.candidate.quality,
                "read_at": text(each.candidate.read_at),
                "recorded_at": text(each.candidate.recorded_at),
                **_origin(each.candidate.origin, sources),
                "current": each.current,
                "why": each.why,
            }
            for each in ranked
        ]
    }


def vintages_shape(ranked: Sequence[Ranked[Vintage]], gate: Gate, sources: Sources) -> Shape:
    """Return every vintage of an interval, the current one first, and the gate as declared now."""
    return {
        "gate": text(gate.at),
        "gate_rule": "issued by then" if gate.included else "issued before then",
        "vintages": [
            {
                "issued_at": text(each.candidate.issued_at),
                "in_time": each.candidate.in_time,
                "mean_kw": micro(each.candidate.power),
                "p10_kw": micro(each.candidate.p10),
                "p90_kw": micro(each.candidate.p90),
                "model": each.candidate.model,
                "recorded_at": text(each.candidate.recorded_at),
                **_origin(each.candidate.origin, sources),
                "current": each.current,
                "why": each.why,
            }
            for each in ranked
        ],
    }


def _kilowatts(quanta: int | None) -> str | None:
    """Return power of samples, 10^-9 kW, as exact text with six decimals or as many as it has."""
    if quanta is None:
        return None
    whole, rest = f"{Decimal(quanta).scaleb(-9):.9f}".split(".")
    return f"{whole}.{rest[:6]}{rest[6:].rstrip('0')}"


def _part(part: Stretch, explanation: TelemetryExplanation, sources: Sources) -> Shape:
    sample = part.sample
    return {
        "from": text(instant(part.since)),
        "until": text(instant(part.until)),
        "seconds": micro(part.length),
        "power_kw": None if part.left is None else [_kilowatts(part.left), _kilowatts(part.right)],
        "why": _why(part),
        "carry_in": sample is not None and sample.at < explanation.start,
        "sample": None if sample is None else _sample(sample, sources),
    }


def _why(part: Stretch) -> str:
    if part.sample is None:
        return "gap: no sample before it that could hold"
    if part.left is None:
        bad = part.sample.quality is PointQuality.BAD
        return "gap: a BAD sample covers nothing" if bad else "gap: the hold limit has passed"
    if part.left != part.right:
        return "on the line to the next sample"
    return "held, substituted" if part.substituted else "held"


def _sample(sample: PlainSample, sources: Sources) -> Shape:
    return {
        "observed_at": text(instant(sample.at)),
        "power_kw": _kilowatts(sample.power),
        "quality": sample.quality,
        **_origin(Origin(sample.source, sample.offset), sources),
    }


def _origin(origin: Origin, sources: Sources) -> Shape:
    source = sources.get(origin.source)
    return {
        "topic": source.topic if source else None,
        "partition": source.kafka_partition if source else None,
        "offset": origin.offset,
    }
