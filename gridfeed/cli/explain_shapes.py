"""Explanations as plain data: what `--json` prints and the tables are made of.

Numbers are exact text: kWh and kW, generation positive. Instants are RFC 3339 in UTC.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from gridfeed.domain.explain import (
    Origin,
    Ranked,
    SettlementVersion,
    TelemetryExplanation,
    Vintage,
)
from gridfeed.domain.interval import EPOCH, MICROSECOND
from gridfeed.domain.plain import PlainSample, Stretch
from gridfeed.domain.words import PointQuality
from gridfeed.storage.trace import FormerValue, TracedSource, TracedValue

Shape = dict[str, Any]
Sources = Mapping[int, TracedSource]


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A value as it comes out again; 10^-6 kWh and kW, generation positive."""

    energy: int | None
    mean: int | None = None
    peak: int | None = None
    quality: str | None = None

    def equals(self, stored: TracedValue) -> bool:
        """Tell whether the stored value is the same to the last digit."""
        columns = stored.energy_microkwh, stored.mean_microkw, stored.peak_microkw, stored.quality
        return columns == (self.energy, self.mean, self.peak, self.quality)


def value_shape(
    stored: TracedValue, again: Recomputed | None, former: Iterable[FormerValue]
) -> Shape:
    """Return the stored value, whether it comes out again, and what it replaced."""
    end = stored.interval_start + timedelta(seconds=stored.interval_seconds)
    return {
        "channel": stored.channel,
        "interval_start": _text(stored.interval_start),
        "interval_end": _text(end),
        "energy_kwh": micro(stored.energy_microkwh),
        "mean_kw": micro(stored.mean_microkw),
        "peak_kw": micro(stored.peak_microkw),
        "quality": stored.quality,
        "samples": stored.samples,
        "coverage_seconds": micro(stored.coverage_us),
        "longest_gap_seconds": micro(stored.longest_gap_us),
        "settlement_version": stored.settlement_version,
        "issued_at": _text(stored.issued_at),
        "recorded_at": _text(stored.recorded_at),
        "final": stored.finalize_at is None,
        "recomputed_energy_kwh": micro(again.energy) if again else None,
        "equal": again is not None and again.equals(stored),
        "former": [_former(each) for each in former],
    }


def telemetry_shape(explanation: TelemetryExplanation, sources: Sources) -> Shape:
    """Return how samples cover an interval, and the decisions in words."""
    return {
        "parts": [_part(part, explanation, sources) for part in explanation.parts],
        "replaced": [_sample(each, sources) for each in explanation.replaced],
        "reasons": list(explanation.reasons),
    }


def versions_shape(ranked: Sequence[Ranked[SettlementVersion]], sources: Sources) -> Shape:
    """Return every settlement version of an interval, the current one first."""
    return {
        "versions": [
            {
                "settlement_version": each.candidate.settlement_version,
                "energy_kwh": micro(each.candidate.energy),
                "quality": each.candidate.quality,
                "read_at": _text(each.candidate.read_at),
                "recorded_at": _text(each.candidate.recorded_at),
                **_origin(each.candidate.origin, sources),
                "current": each.current,
                "why": each.why,
            }
            for each in ranked
        ]
    }


def vintages_shape(ranked: Sequence[Ranked[Vintage]], gate: datetime, sources: Sources) -> Shape:
    """Return every vintage of an interval, the current one first, and the gate."""
    return {
        "gate": _text(gate),
        "vintages": [
            {
                "issued_at": _text(each.candidate.issued_at),
                "in_time": each.candidate.in_time,
                "mean_kw": micro(each.candidate.power),
                "p10_kw": micro(each.candidate.p10),
                "p90_kw": micro(each.candidate.p90),
                "model": each.candidate.model,
                "recorded_at": _text(each.candidate.recorded_at),
                **_origin(each.candidate.origin, sources),
                "current": each.current,
                "why": each.why,
            }
            for each in ranked
        ],
    }


def micro(amount: int | None) -> str | None:
    """Return millionths as exact text with six decimals."""
    return None if amount is None else f"{Decimal(amount).scaleb(-6):.6f}"


def _kilowatts(quanta: int | None) -> str | None:
    """Return power of samples, 10^-9 kW, as exact text with six decimals or as many as it has."""
    if quanta is None:
        return None
    whole, rest = f"{Decimal(quanta).scaleb(-9):.9f}".split(".")
    return f"{whole}.{rest[:6]}{rest[6:].rstrip('0')}"


def _part(part: Stretch, explanation: TelemetryExplanation, sources: Sources) -> Shape:
    sample = part.sample
    return {
        "from": _instant(part.since),
        "until": _instant(part.until),
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
        "observed_at": _instant(sample.at),
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


def _former(value: FormerValue) -> Shape:
    return {
        "energy_kwh": micro(value.energy_microkwh),
        "quality": value.quality,
        "settlement_version": value.settlement_version,
        "issued_at": _text(value.issued_at),
        "recorded_at": _text(value.recorded_at),
        "replaced_at": _text(value.replaced_at),
    }


def _instant(microseconds: int) -> str | None:
    return _text(EPOCH + microseconds * MICROSECOND)


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")
