"""The messages of a simulated fleet and their times: a function of the plan alone; pure."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.calendar.instants import DAY_US, SECOND_US
from gridfeed.domain.telemetry.samples import BAD, GOOD, SUBSTITUTED, UNCERTAIN, Int64

#: One in this many of the meters that fall silent sends substituted values instead.
SUBSTITUTED_EVERY = 4


@dataclass(frozen=True, slots=True)
class Shares:
    """The shares of the traffic that are not plain, each from 0 to 1.

    duplicates: samples sent once more, half of them with another power. disorder: samples sent
    late. spoiled: samples replaced by a message that must be rejected. bad_quality: samples flagged
    BAD; as many are flagged UNCERTAIN. gaps: meters that fall silent once.
    """

    duplicates: float = 0.02
    disorder: float = 0.05
    spoiled: float = 0.005
    bad_quality: float = 0.01
    gaps: float = 0.05


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a fleet. start: microseconds since the epoch. rate: samples per second and meter.

    capacity_kw: one value per meter; `Sends.meter` is the position here.
    """

    capacity_kw: NDArray[np.float64]
    start: int
    seconds: int
    rate: float = 1.0
    disorder_seconds: float = 30.0
    shares: Shares = Shares()
    seed: int = 0

    @property
    def samples(self) -> int:
        """Return the approximate number of samples, without duplicates."""
        return round(len(self.capacity_kw) * self.rate * self.seconds)


@dataclass(frozen=True, slots=True)
class Sends:
    """Messages as columns of equal length, in the order of sending.

    due, observed_at: microseconds since the epoch. meter: position in the plan's meters. power_kw:
    generation positive. quality: position in POINT_QUALITIES. spoil: the number that the function
    `spoil` takes to choose a fault; below 0, the message has none.
    """

    due: Int64
    meter: Int64
    observed_at: Int64
    power_kw: NDArray[np.float64]
    quality: NDArray[np.uint8]
    spoil: Int64

    def __len__(self) -> int:
        """Return the number of messages."""
        return len(self.due)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Self:
        """Return the chosen rows in the chosen order."""
        return type(self)(*(getattr(self, column.name)[rows] for column in fields(self)))

    @classmethod
    def concatenate(cls, *parts: Self) -> Self:
        """Return all rows of all parts."""
        return cls(
            *(
                np.concatenate([getattr(part, column.name) for part in parts])
                for column in fields(cls)
            )
        )


def sends(plan: Plan) -> Iterator[Sends]:
    """Yield the messages of each second, in order of `due`, until the last late message."""
    silences = _silences(plan)
    waiting = _second(plan, 0, silences).take(np.empty(0, np.intp))
    second = 0
    while second < plan.seconds or len(waiting):
        if second < plan.seconds:
            waiting = Sends.concatenate(waiting, _second(plan, second, silences))
        until = plan.start + (second + 1) * SECOND_US
        due = waiting.due < until
        yield _in_order(waiting.take(due))
        waiting = waiting.take(~due)
        second += 1


def _in_order(batch: Sends) -> Sends:
    return batch.take(np.lexsort((batch.observed_at, batch.meter, batch.due)))


def _second(plan: Plan, second: int, silences: "_Silences") -> Sends:
    random = np.random.default_rng([plan.seed, 1, second])
    meter, observed_at = _times(plan, second, random)
    quality = _quality(plan.shares, len(meter), random)
    power = _power(plan, meter, observed_at, random)
    spoil = np.where(
        random.random(len(meter)) < plan.shares.spoiled, random.integers(0, 1 << 32, len(meter)), -1
    )
    silent = silences.covers(meter, observed_at)
    filled = silent & silences.substituted[meter]
    quality[filled] = SUBSTITUTED
    once = Sends(observed_at, meter, observed_at, power, quality, spoil).take(~silent | filled)
    return _repeated(_delayed(once, plan, random), plan, random)


def _times(plan: Plan, second: int, random: np.random.Generator) -> tuple[Int64, Int64]:
    """Return meter and time of each sample of one second; each meter has its phase and jitter."""
    step = round(SECOND_US / plan.rate)
    phase = np.random.default_rng([plan.seed, 2]).integers(0, step, len(plan.capacity_kw))
    first = -((phase - second * SECOND_US) // step)
    count = -((phase - (second + 1) * SECOND_US) // step) - first
    meter = np.repeat(np.arange(len(phase)), count)
    nth = np.arange(len(meter)) - np.repeat(np.cumsum(count) - count, count)
    scan = phase[meter] + (first[meter] + nth) * step
    return meter, plan.start + scan + random.integers(0, step // 10 + 1, len(meter))


def _quality(shares: Shares, count: int, random: np.random.Generator) -> NDArray[np.uint8]:
    draw = random.random(count)
    quality = np.full(count, GOOD, np.uint8)
    quality[draw < 2 * shares.bad_quality] = UNCERTAIN
    quality[draw < shares.bad_quality] = BAD
    return quality


def _power(
    plan: Plan, meter: Int64, observed_at: Int64, random: np.random.Generator
) -> NDArray[np.float64]:
    """Return the power: sun by each meter's longitude, passing clouds, station load at night."""
    longitude = np.random.default_rng([plan.seed, 3]).random(len(plan.capacity_kw))
    turn = 2 * np.pi * ((observed_at % DAY_US) / DAY_US + longitude[meter])
    sun = np.maximum(np.sin(turn), 0.0) * (0.85 + 0.15 * np.sin(turn * 96))
    noise = random.normal(0.0, 0.004, len(meter)) * sun - 0.002 - 0.0005 * random.random(len(meter))
    return np.round(plan.capacity_kw[meter] * (sun + noise), 3)


def _delayed(batch: Sends, plan: Plan, random: np.random.Generator) -> Sends:
    late = random.random(len(batch)) < plan.shares.disorder
    delay = random.integers(0, round(plan.disorder_seconds * SECOND_US) + 1, len(batch))
    return replace(batch, due=batch.due + np.where(late, delay, 0))


def _repeated(batch: Sends, plan: Plan, random: np.random.Generator) -> Sends:
    """Append the duplicates. Every other duplicate has another power for the same instant."""
    again = batch.take(random.random(len(batch)) < plan.shares.duplicates)
    delay = random.integers(0, round(plan.disorder_seconds * SECOND_US) + 1, len(again))
    revision = np.where(random.random(len(again)) < 0.5, 0.125, 0.0)
    power = np.round(again.power_kw + revision, 3)
    return Sends.concatenate(batch, replace(again, due=again.due + delay, power_kw=power))


@dataclass(frozen=True, slots=True)
class _Silences:
    """For each meter, the silence [since, until) in microseconds; both are equal if it has none."""

    since: Int64
    until: Int64
    substituted: NDArray[np.bool_]

    def covers(self, meter: Int64, at: Int64) -> NDArray[np.bool_]:
        return (self.since[meter] <= at) & (at < self.until[meter])


def _silences(plan: Plan) -> _Silences:
    random = np.random.default_rng([plan.seed, 4])
    meters = len(plan.capacity_kw)
    chosen = random.permutation(meters)[: round(plan.shares.gaps * meters)]
    span = plan.seconds * SECOND_US
    since = np.zeros(meters, np.int64)
    until = np.zeros(meters, np.int64)
    length = random.integers(span // 8, span, len(chosen))
    since[chosen] = plan.start + random.integers(0, span, len(chosen))
    until[chosen] = since[chosen] + length
    substituted = np.zeros(meters, np.bool_)
    substituted[chosen[::SUBSTITUTED_EVERY]] = True
    return _Silences(since, until, substituted)
