"""Computes interval values sample by sample with Python's own integers: slow but simple.

`gridfeed verify` and `gridfeed explain` use it, so that they do not repeat a fault of the
vectorised rollup. DESIGN rule 7: a sample that is not BAD holds its power until the next one of any
quality, at most for the hold limit. With linear integration, power follows a straight line between
two samples that are not BAD and at most the hold limit apart.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise

from gridfeed.domain.calendar.instants import HOUR_US
from gridfeed.domain.words import PointQuality, ReadingQuality

#: Quanta of power (10^-9 kW) in the published unit, 10^-6 kW and kWh.
PER_MICRO = 1_000
CALCULATED_SHARE = Fraction(95, 100)
ESTIMATED_SHARE = Fraction(50, 100)


@dataclass(frozen=True, slots=True)
class PlainSample:
    """One sample. at: microseconds since the epoch. power: 10^-9 kW, generation positive.

    source, offset: the topic partition's id and the Kafka offset.
    """

    at: int
    power: int
    quality: PointQuality
    source: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """How a meter's samples become intervals; all in microseconds."""

    length: int
    anchor: int
    hold: int
    linear: bool

    def start_of(self, at: int) -> int:
        """Return the start of the interval that holds the instant."""
        return (at - self.anchor) // self.length * self.length + self.anchor


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part [since, until) of an interval that is decided by one sample, or by none.

    left, right: power at its two ends, 10^-9 kW; None in a gap. substituted: one of the samples
    that give the power is substituted.
    """

    since: int
    until: int
    sample: PlainSample | None
    left: int | None = None
    right: int | None = None
    substituted: bool = False

    @property
    def length(self) -> int:
        """Return the microseconds of the stretch."""
        return self.until - self.since

    @property
    def doubled_area(self) -> int:
        """Return twice the integral of power, 10^-9 kW x microseconds; 0 in a gap."""
        return ((self.left or 0) + (self.right or 0)) * self.length


@dataclass(frozen=True, slots=True)
class PlainValue:
    """The value of one interval: energy in 10^-6 kWh, mean and peak in 10^-6 kW, or None.

    coverage, longest_gap: microseconds. samples: the number of samples inside.
    """

    energy: int | None
    mean: int | None
    peak: int | None
    quality: ReadingQuality | None
    coverage: int
    longest_gap: int
    samples: int


def winners(samples: Sequence[PlainSample]) -> list[PlainSample]:
    """Return the samples that count, by time: the one latest in Kafka of each instant."""
    best: dict[int, PlainSample] = {}
    for sample in samples:
        other = best.get(sample.at)
        if other is None or (sample.source, sample.offset) > (other.source, other.offset):
            best[sample.at] = sample
    return [best[at] for at in sorted(best)]


def reached(samples: Sequence[PlainSample], rule: Rule) -> list[int]:
    """Return the starts, in order, of intervals with a sample or reached by a hold."""
    starts: set[int] = set()
    for sample, following in pairwise([*samples, None]):
        assert sample is not None
        held = 0 if sample.quality is PointQuality.BAD else rule.hold
        until = min(sample.at + held, following.at if following else sample.at + held)
        starts.update(range(rule.start_of(sample.at), max(until, sample.at + 1), rule.length))
    return sorted(starts)


def value_of(samples: Sequence[PlainSample], rule: Rule, start: int) -> PlainValue:
    """Return the value of [start, start + length); `samples` are sorted, no instant twice."""
    parts = stretches(samples, rule, start)
    inside = sum(1 for part in near(samples, rule, start) if start <= part.at < start + rule.length)
    return value_of_stretches(parts, inside)


def value_of_stretches(parts: Sequence[Stretch], inside: int) -> PlainValue:
    """Return the value of an interval that consists of these parts, with `inside` samples."""
    span = sum(part.length for part in parts)
    powered = [part for part in parts if part.left is not None]
    covered = sum(part.length for part in powered)
    measured = sum(part.length for part in powered if not part.substituted)
    quality = _quality(Fraction(covered, span), Fraction(measured, span))
    gap = _longest_gap(parts)
    if quality is None:
        return PlainValue(None, None, None, None, covered, gap, inside)
    doubled = sum(part.doubled_area for part in powered)
    energy = Fraction(doubled, 2 * HOUR_US * PER_MICRO)
    if Fraction(covered, span) < CALCULATED_SHARE:
        energy = energy * span / covered
    mean = round(Fraction(doubled, 2 * covered * PER_MICRO))
    peak = max(power for part in powered for power in (part.left, part.right) if power is not None)
    peak = round(Fraction(peak, PER_MICRO))
    return PlainValue(round(energy), mean, peak, quality, covered, gap, inside)


def near(samples: Sequence[PlainSample], rule: Rule, start: int) -> Sequence[PlainSample]:
    """Return the samples of an interval, the last one before it and the first one after it."""
    first = bisect_left(samples, start, key=_at)
    stop = bisect_left(samples, start + rule.length, lo=first, key=_at)
    return samples[max(first - 1, 0) : stop + 1]


def stretches(samples: Sequence[PlainSample], rule: Rule, start: int) -> list[Stretch]:
    """Cut [start, start + length) at its samples and at the ends of holds, without any rest."""
    end = start + rule.length
    around = near(samples, rule, start)
    parts = []
    if not around or around[0].at > start:
        parts.append(Stretch(start, min(around[0].at if around else end, end), None))
    for sample, following in pairwise([*around, None]):
        assert sample is not None
        since, ahead = max(sample.at, start), min(following.at if following else end, end)
        if since < ahead:
            parts += _held(sample, following, rule, since, ahead)
    return parts


def _held(
    sample: PlainSample, following: PlainSample | None, rule: Rule, since: int, ahead: int
) -> list[Stretch]:
    """Return the parts that a sample makes of [since, ahead): power, power and a gap, or a gap."""
    if sample.quality is PointQuality.BAD:
        return [Stretch(since, ahead, sample)]
    if following is not None and _slopes(sample, following, rule):
        left = _power_between(sample, following, since)
        right = _power_between(sample, following, ahead)
        substituted = PointQuality.SUBSTITUTED in (sample.quality, following.quality)
        return [Stretch(since, ahead, sample, left, right, substituted)]
    until = min(max(sample.at + rule.hold, since), ahead)
    substituted = sample.quality is PointQuality.SUBSTITUTED
    power = Stretch(since, until, sample, sample.power, sample.power, substituted)
    gap = Stretch(until, ahead, sample)
    return [part for part in (power, gap) if part.length]


def _slopes(sample: PlainSample, following: PlainSample, rule: Rule) -> bool:
    near_enough = following.at - sample.at <= rule.hold
    return rule.linear and near_enough and following.quality is not PointQuality.BAD


def _power_between(sample: PlainSample, following: PlainSample, at: int) -> int:
    """Return the power on the straight line; at an interval's edge it is rounded to 10^-9 kW."""
    passed = Fraction(at - sample.at, following.at - sample.at)
    return round(sample.power + (following.power - sample.power) * passed)


def _quality(covered: Fraction, measured: Fraction) -> ReadingQuality | None:
    if covered < ESTIMATED_SHARE:
        return None
    return ReadingQuality.CALCULATED if measured >= CALCULATED_SHARE else ReadingQuality.ESTIMATED


def _longest_gap(parts: Sequence[Stretch]) -> int:
    """Return the length of the longest gap; adjacent gaps count as one."""
    runs = groupby(parts, key=lambda part: part.left is None)
    return max((sum(part.length for part in run) for gap, run in runs if gap), default=0)


def _at(sample: PlainSample) -> int:
    return sample.at
