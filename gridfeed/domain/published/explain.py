"""Explains a published number from its samples, settlement versions or forecast vintages."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from gridfeed.domain.calendar.instants import HOUR_US, SECOND_US
from gridfeed.domain.settlement.forecast import mean_energy
from gridfeed.domain.telemetry.plain import (
    CALCULATED_SHARE,
    ESTIMATED_SHARE,
    PER_MICRO,
    PlainSample,
    PlainValue,
    Rule,
    Stretch,
    near,
    stretches,
    value_of_stretches,
    winners,
)
from gridfeed.domain.words import ReadingQuality

Candidate = TypeVar("Candidate")


@dataclass(frozen=True, slots=True)
class TelemetryExplanation:
    """One interval of telemetry: how its samples cover it, and the resulting value.

    start, end: microseconds since the epoch. replaced: samples that were replaced by another sample
    of the same instant. reasons: sentences, in the order of the decisions.
    """

    start: int
    end: int
    value: PlainValue
    parts: Sequence[Stretch]
    replaced: Sequence[PlainSample]
    reasons: Sequence[str]


def explain_telemetry(
    samples: Sequence[PlainSample], rule: Rule, start: int
) -> TelemetryExplanation:
    """Explain [start, start + length); `samples` are in any order and include those around it."""
    end = start + rule.length
    counted = winners(samples)
    around = near(counted, rule, start)
    parts = stretches(counted, rule, start)
    inside = [sample for sample in around if start <= sample.at < end]
    value = value_of_stretches(parts, len(inside))
    return TelemetryExplanation(
        start,
        end,
        value,
        parts,
        [each for each in samples if start <= each.at < end and each not in inside],
        _reasons(value, parts),
    )


def around(samples: Sequence[PlainSample], rule: Rule, start: int) -> Sequence[PlainSample]:
    """Return the samples that decide [start, start + length), from samples sorted by time.

    These are the samples inside, and every sample of the last instant before and of the first
    instant after.
    """
    first = bisect_left(samples, start, key=_at)
    if first:
        first = bisect_left(samples, samples[first - 1].at, key=_at)
    stop = bisect_left(samples, start + rule.length, lo=first, key=_at)
    if stop < len(samples):
        stop = bisect_right(samples, samples[stop].at, lo=stop, key=_at)
    return samples[first:stop]


def _at(sample: PlainSample) -> int:
    return sample.at


def _reasons(value: PlainValue, parts: Sequence[Stretch]) -> list[str]:
    span = sum(part.length for part in parts)
    said = [
        _coverage(value, parts, span),
        _decision(value, span),
    ]
    if value.energy is not None:
        doubled = sum(part.doubled_area for part in parts)
        scaled = value.coverage < CALCULATED_SHARE * span
        factor = f" x {_seconds(span)} / {_seconds(value.coverage)}" if scaled else ""
        said.append(
            f"energy = {doubled} / {2 * HOUR_US * PER_MICRO}{factor}"
            f" = {value.energy} x 10^-6 kWh"
            " (twice the integral of 10^-9 kW over microseconds; rounded once, half to even)"
        )
    return said


def _coverage(value: PlainValue, parts: Sequence[Stretch], span: int) -> str:
    powered = (part for part in parts if part.left is not None)
    measured = sum(part.length for part in powered if not part.substituted)
    return (
        f"power is known for {_seconds(value.coverage)} of {_seconds(span)} s"
        f" ({_percent(value.coverage, span)}), measured for {_seconds(measured)} s"
        f" ({_percent(measured, span)}); longest gap {_seconds(value.longest_gap)} s"
    )


def _decision(value: PlainValue, span: int) -> str:
    if value.quality is None:
        return f"below {float(ESTIMATED_SHARE):.0%} nothing is published: null, not zero"
    least = f"{float(CALCULATED_SHARE):.0%}"
    if value.quality is ReadingQuality.CALCULATED:
        return f"at least {least} measured: calculated, the integral as it is"
    if value.coverage < CALCULATED_SHARE * span:
        return (
            f"from {float(ESTIMATED_SHARE):.0%} to {least} known: estimated, scaled to the interval"
        )
    return f"less than {least} measured, the rest substituted: estimated, the integral as it is"


def _seconds(us: int) -> str:
    return f"{us / SECOND_US:.6f}".rstrip("0").rstrip(".")


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %"


@dataclass(frozen=True, slots=True)
class Origin:
    """The place of a message in Kafka; source is the database's id of topic and partition."""

    source: int
    offset: int


@dataclass(frozen=True, slots=True)
class SettlementVersion:
    """A stored read of one interval. energy: 10^-6 kWh, generation positive.

    run: the name of the settlement version in the project's market, if it is declared.
    """

    settlement_version: int
    energy: int
    quality: str
    read_at: datetime
    recorded_at: datetime
    origin: Origin
    run: str | None = None


@dataclass(frozen=True, slots=True)
class Vintage:
    """A stored forecast of one interval. power, p10, p90: mean, 10^-6 kW."""

    issued_at: datetime
    in_time: bool
    power: int
    p10: int | None
    p90: int | None
    model: str | None
    recorded_at: datetime
    origin: Origin

    def energy(self, seconds: int) -> int:
        """Return the mean energy of the interval, 10^-6 kWh."""
        return mean_energy(self.power, seconds)


@dataclass(frozen=True, slots=True)
class Ranked(Generic[Candidate]):
    """One of several candidates for a value: whether it counts, and why."""

    candidate: Candidate
    current: bool
    why: str


def rank_versions(versions: Sequence[SettlementVersion]) -> list[Ranked[SettlementVersion]]:
    """Return the reads of one interval, beginning with the one that counts.

    The highest settlement version counts; of several, the newest read; of those, the last in Kafka.
    """
    if not versions:
        return []
    best, *others = sorted(versions, key=_version_order, reverse=True)
    return [
        Ranked(
            best, current=True, why=f"settlement version {best.settlement_version} is the highest"
        ),
        *(Ranked(each, current=False, why=_why_not(each, best)) for each in others),
    ]


def rank_vintages(vintages: Sequence[Vintage]) -> list[Ranked[Vintage]]:
    """Return the vintages of one interval, beginning with the one that counts.

    The newest vintage issued before the product's gate counts; of equally new ones, the last in
    Kafka.
    """
    passed = sorted((each for each in vintages if each.in_time), key=_vintage_order, reverse=True)
    late = sorted((each for each in vintages if not each.in_time), key=_vintage_order, reverse=True)
    ranked = [
        Ranked(each, current=each is passed[0], why="the newest issued before the gate")
        if each is passed[0]
        else Ranked(each, current=False, why="a newer vintage was issued before the gate")
        for each in passed
    ]
    return ranked + [Ranked(each, current=False, why="issued after the gate") for each in late]


def _why_not(version: SettlementVersion, best: SettlementVersion) -> str:
    if version.settlement_version < best.settlement_version:
        return f"settlement version {best.settlement_version} supersedes it"
    if version.read_at < best.read_at:
        return "a newer read has the same version"
    return "the same version came again, later in Kafka"


def _version_order(version: SettlementVersion) -> tuple[int, datetime, int, int]:
    origin = version.origin
    return version.settlement_version, version.read_at, origin.source, origin.offset


def _vintage_order(vintage: Vintage) -> tuple[datetime, int, int]:
    return vintage.issued_at, vintage.origin.source, vintage.origin.offset
