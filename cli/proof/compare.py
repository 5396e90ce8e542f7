"""Compares published values with the ledger, to the last digit: lost, doubled, wrong; pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from cli.proof.expected import ExpectedSeries
from cli.proof.published import Amount, PublishedInterval
from gridfeed.domain.calendar.instants import instant
from gridfeed.domain.telemetry.plain import PlainSample, PlainValue

_PARTS = {"energy": "kWh", "mean": "kW", "peak": "kW"}


class Fault(StrEnum):
    """The possible faults of an interval, a sample or a dead letter."""

    LOST = "lost"
    DOUBLED = "doubled"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference from the ledger. at: microseconds since the epoch.

    expected, found: texts for people, generation positive.
    """

    fault: Fault
    what: str
    where: str
    at: int
    expected: str
    found: str

    @property
    def instant(self) -> datetime:
        """Return `at` in UTC."""
        return instant(self.at)


@dataclass(frozen=True, slots=True)
class FetchedSample:
    """A raw sample from the API. power: 10^-9 kW, exact."""

    at: int
    power: Decimal
    quality: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter: the origin of the rejected message, the reason, its value's SHA-256 (hex)."""

    topic: str
    partition: int
    offset: int
    reason: str
    sha256: str

    @property
    def origin(self) -> tuple[str, int, int]:
        """Return the coordinates of the rejected message."""
        return self.topic, self.partition, self.offset


def compare_intervals(
    series: ExpectedSeries, published: Mapping[int, PublishedInterval], ended: Iterable[int]
) -> Iterator[Finding]:
    """Yield at most one finding for each interval in `ended`, and for each surplus interval.

    published: the series' intervals, by start. Values between the expected ones are surplus and
    wrong. Values outside the ledger's window belong to other senders.
    """
    for start in ended:
        fault = _interval_fault(series.intervals[start], published.get(start, PublishedInterval()))
        if fault:
            where = f"{series.meter_number} {series.channel}"
            yield Finding(fault[0], "interval", where, start, fault[1], fault[2])
    first, end = series.window
    for start, interval in published.items():
        if start not in series.intervals and first <= start < end and _said(interval) != "nothing":
            where = f"{series.meter_number} {series.channel}"
            yield Finding(Fault.WRONG, "interval", where, start, "nothing", _said(interval))


def compare_samples(
    expected: Sequence[PlainSample], fetched: Sequence[FetchedSample], where: str
) -> Iterator[Finding]:
    """Yield at most one finding for each instant from the first to the last expected sample."""
    times = Counter(sample.at for sample in fetched)
    found = {sample.at: sample for sample in fetched}
    for sample in expected:
        other = found.get(sample.at)
        if other is None:
            yield Finding(Fault.LOST, "sample", where, sample.at, _sample(sample), "nothing")
        elif times[sample.at] > 1:
            told = f"{times[sample.at]} samples"
            yield Finding(Fault.DOUBLED, "sample", where, sample.at, _sample(sample), told)
        elif other != FetchedSample(sample.at, Decimal(sample.power), sample.quality):
            told = _sample(other)
            yield Finding(Fault.WRONG, "sample", where, sample.at, _sample(sample), told)
    known = {sample.at for sample in expected}
    for at, other in sorted(found.items()):
        if at not in known and expected[0].at <= at <= expected[-1].at:
            yield Finding(Fault.WRONG, "sample", where, at, "nothing", _sample(other))


@dataclass(frozen=True, slots=True)
class LetterComparison:
    """missing: spoiled messages without a dead letter. surplus: letters of no spoiled message.

    repeated: the number of further copies of letters. They are no fault: a crash between producing
    a letter and moving the offset may leave one.
    """

    missing: list[Letter]
    surplus: list[Letter]
    repeated: int


def compare_letters(spoiled: Iterable[Letter], letters: Iterable[Letter]) -> LetterComparison:
    """Compare the spoiled messages with the dead letters of the same stretch of the topics."""
    expected, found = set(spoiled), Counter(letters)
    return LetterComparison(
        sorted(expected - found.keys(), key=_origin),
        sorted(found.keys() - expected, key=_origin),
        sum(found.values()) - len(found),
    )


def _interval_fault(
    expected: PlainValue, interval: PublishedInterval
) -> tuple[Fault, str, str] | None:
    wanted = _as_published(expected)
    if wanted == interval:
        return None
    pairs = [(getattr(wanted, part), getattr(interval, part)) for part in _PARTS]
    if any(want and not found for want, found in pairs):
        fault = Fault.LOST
    elif any(len(found) > 1 for _, found in pairs):
        fault = Fault.DOUBLED
    else:
        fault = Fault.WRONG
    return fault, _said(wanted), _said(interval)


def _as_published(value: PlainValue) -> PublishedInterval:
    quality = value.quality.value if value.quality else None
    amounts = (getattr(value, part) for part in _PARTS)
    return PublishedInterval(
        *([] if amount is None else [Amount(Decimal(amount), quality)] for amount in amounts)
    )


def _said(interval: PublishedInterval) -> str:
    told = (
        f"{part} {amount.micro.scaleb(-6):f} {unit} {amount.quality}"
        for part, unit in _PARTS.items()
        for amount in getattr(interval, part)
    )
    return ", ".join(told) or "nothing"


def _sample(sample: PlainSample | FetchedSample) -> str:
    return f"{Decimal(sample.power).scaleb(-9):f} kW {sample.quality}"


def _origin(letter: Letter) -> tuple[str, int, int]:
    return letter.origin
