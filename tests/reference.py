"""The rule of interval energy, read slowly: one series, one sample at a time, whole numbers only.

Units: microseconds since the epoch; power as it comes, 10^-9 kW; what is published, 10^-6 kW and
10^-6 kWh. Generation is positive.

A sample says: from now on the power is this. It is believed until the next sample comes, and no
longer than the hold limit. A BAD sample says: from now on nobody knows. So time falls into spans
of known power and gaps. An interval's energy is the area under its spans; how much of it they
cover decides what that energy may be called.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from gridfeed.domain.words import PointQuality, ReadingQuality

MICROSECONDS_PER_HOUR = 3_600_000_000
NANO_PER_MICRO = 1_000


class Sample(NamedTuple):
    """One telegram: power at an instant, and where it stood in Kafka."""

    observed_at_us: int
    power: int
    quality: PointQuality = PointQuality.GOOD
    source: int = 0
    offset: int = 0


class Rule(NamedTuple):
    """How the series of one meter is read.

    Intervals start at anchor + k x length. hold: how long a sample is believed. linear: between two
    samples that are not BAD and no more than a hold apart, power runs along a straight line.
    """

    length: int
    anchor: int
    hold: int
    linear: bool


class Value(NamedTuple):
    """What is published of one interval. energy, mean, peak and quality are None together."""

    energy: int | None
    mean: int | None
    peak: int | None
    quality: ReadingQuality | None
    coverage_us: int
    longest_gap_us: int
    samples: int


class Span(NamedTuple):
    """Known power: straight from power_at_start to power_at_end. measured: not substituted."""

    start: int
    end: int
    power_at_start: int
    power_at_end: int
    measured: bool


def values(samples: Iterable[Sample], rule: Rule) -> dict[int, Value]:
    """Return the value of every interval that holds a sample or that a sample's power reaches."""
    series = last_word(samples)
    spans = known_power(series, rule)
    starts = {interval_of(sample.observed_at_us, rule) for sample in series}
    for span in spans:
        last = interval_of(span.end - 1, rule)
        starts.update(range(interval_of(span.start, rule), last + 1, rule.length))
    return {start: value_of(start, series, spans, rule) for start in sorted(starts)}


def interval_of(instant: int, rule: Rule) -> int:
    """Return the start of the interval [start, start + length) that holds the instant."""
    return instant - (instant - rule.anchor) % rule.length


def last_word(samples: Iterable[Sample]) -> list[Sample]:
    """Return one sample per instant, in order of time: the one that came last in Kafka.

    The order of arrival plays no part, nor does how often a sample came.
    """
    word: dict[int, Sample] = {}
    for sample in samples:
        rival = word.get(sample.observed_at_us)
        if rival is None or (sample.source, sample.offset) > (rival.source, rival.offset):
            word[sample.observed_at_us] = sample
    return [word[instant] for instant in sorted(word)]


def known_power(series: list[Sample], rule: Rule) -> list[Span]:
    """Return the spans of known power over the whole series, without regard to intervals."""
    spans = []
    for number, sample in enumerate(series):
        following = series[number + 1] if number + 1 < len(series) else None
        if sample.quality is not PointQuality.BAD:
            spans.append(span_after(sample, following, rule))
    return spans


def span_after(sample: Sample, following: Sample | None, rule: Rule) -> Span:
    """Return the span that begins with a sample which is not BAD."""
    start, power = sample.observed_at_us, sample.power
    measured = sample.quality is not PointQuality.SUBSTITUTED
    if following is None or following.observed_at_us - start > rule.hold:
        return Span(start, start + rule.hold, power, power, measured)
    if not rule.linear or following.quality is PointQuality.BAD:
        return Span(start, following.observed_at_us, power, power, measured)
    measured = measured and following.quality is not PointQuality.SUBSTITUTED
    return Span(start, following.observed_at_us, power, following.power, measured)


def value_of(start: int, series: list[Sample], spans: list[Span], rule: Rule) -> Value:
    """Return the value of the interval that begins at start."""
    end = start + rule.length
    inside = [cut(span, start, end) for span in spans if span.start < end and span.end > start]
    covered = sum(span.end - span.start for span in inside)
    measured = sum(span.end - span.start for span in inside if span.measured)
    gap = longest_gap(inside, start, end)
    count = sum(start <= sample.observed_at_us < end for sample in series)
    if covered * 100 < rule.length * 50:
        return Value(None, None, None, None, covered, gap, count)

    area = sum((area_of(span) for span in inside), Fraction(0))
    mean = area / NANO_PER_MICRO / covered
    energy = area / NANO_PER_MICRO / MICROSECONDS_PER_HOUR
    if covered * 100 < rule.length * 95:
        energy = energy * rule.length / covered
    peak = max(max(span.power_at_start, span.power_at_end) for span in inside)
    well_measured = measured * 100 >= rule.length * 95
    quality = ReadingQuality.CALCULATED if well_measured else ReadingQuality.ESTIMATED
    # Python rounds fractions half to even.
    published = round(energy), round(mean), round(Fraction(peak, NANO_PER_MICRO))
    return Value(*published, quality, covered, gap, count)


def cut(span: Span, start: int, end: int) -> Span:
    """Return the part of a span inside [start, end)."""
    first, last = max(span.start, start), min(span.end, end)
    return Span(first, last, power_at(first, span), power_at(last, span), span.measured)


def power_at(instant: int, span: Span) -> int:
    """Return the power on the span's line, to 10^-9 kW."""
    passed = Fraction(instant - span.start, span.end - span.start)
    return round(span.power_at_start + (span.power_at_end - span.power_at_start) * passed)


def area_of(span: Span) -> Fraction:
    """Return the area under the span: its length times the mean of its two ends."""
    return Fraction(span.power_at_start + span.power_at_end, 2) * (span.end - span.start)


def longest_gap(spans: list[Span], start: int, end: int) -> int:
    """Return the longest time in [start, end) under no span."""
    longest, known_until = 0, start
    for span in spans:
        longest = max(longest, span.start - known_until)
        known_until = span.end
    return max(longest, end - known_until)
