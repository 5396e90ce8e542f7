"""DESIGN rule 9: any stream, permutation, duplication, chunking and crash point, one result."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridfeed.domain.telemetry.samples import POINT_QUALITIES
from gridfeed.domain.telemetry.series import SeriesRule
from gridfeed.domain.telemetry.working_set import SKEW_US
from gridfeed.domain.words import PointQuality
from tests import reference
from tests.domain.telemetry.partition import Key, Message, Store, Worker

SECOND = 1_000_000
DAY = 86_400 * SECOND
FIRST, OTHER = 7, 9  # sources

rules = st.builds(
    SeriesRule,
    length=st.sampled_from([60, 300, 900]).map(lambda seconds: seconds * SECOND),
    anchor=st.sampled_from([0, 30 * SECOND]),
    hold=st.sampled_from([30, 120, 600, 4000, 86_400]).map(lambda seconds: seconds * SECOND),
    linear=st.booleans(),
)
three_rules = st.tuples(rules, rules, rules)
#: A day's hold is that of a meter which reports by exception.
instants = st.one_of(
    st.integers(0, 7200).map(lambda second: second * SECOND),
    st.integers(0, 7200 * SECOND),
    st.sampled_from([0, 300, 600, 900, 1800]).map(lambda second: second * SECOND),
)
power = st.integers(-50_000_000, 9_000_000_000)
quality = st.sampled_from([PointQuality.GOOD] * 4 + list(POINT_QUALITIES))
series = st.tuples(st.integers(0, 2), st.sampled_from([0, 0, 2]))
one = st.tuples(series, instants, power, quality).map(lambda each: [each])
Sent = tuple[Key, int, int, PointQuality]


@st.composite
def run(draw) -> list[Sent]:
    """Samples at a steady pace, as a meter sends them; close enough to meet late ones."""
    which, start, step = draw(series), draw(instants), draw(st.sampled_from([10, 50, 61, 290]))
    return [
        (which, start + n * step * SECOND, draw(power), draw(quality))
        for n in range(draw(st.integers(2, 12)))
    ]


sends = st.lists(one | run(), min_size=1, max_size=15).map(
    lambda parts: list(chain.from_iterable(parts))
)
# The clock of a partition stands still, goes on, leaps, or even falls back.
ticks = st.sampled_from([0, 0, 40, 90, 90, 700, 5_000, -300]).map(lambda second: second * SECOND)
which_partition = st.sampled_from([FIRST, OTHER])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.integers(1, 25), ticks, which_partition),
        st.tuples(st.just("publish"), st.booleans(), ticks, which_partition),
        st.tuples(st.just("portion"), st.integers(1, 3), ticks, which_partition),
        st.tuples(st.just("crash"), st.just(0), ticks, which_partition),
    ),
    max_size=40,
)
chance = st.randoms(use_true_random=False)


@dataclass
class Course:
    """One partition or two on their way through their logs to a shared store."""

    rules: Sequence[SeriesRule]
    logs: dict[int, list[Message]]
    store: Store = field(default_factory=Store)
    most_skew: int = SKEW_US

    def __post_init__(self) -> None:
        self.clocks = dict.fromkeys(self.logs, 0)
        self.latest = dict.fromkeys(self.logs, 0)
        self.workers = {source: Worker(self.store, self.rules, source) for source in self.logs}
        self.keys = {message.series for log in self.logs.values() for message in log}

    def go(self, step: str, argument: int, source: int, tick: int) -> None:
        self.tick(source, tick)
        worker, log = self.workers[source], self.logs[source]
        if step == "take":
            worker.take(log, min(worker.position + argument, len(log)))
        elif step == "publish":
            worker.publish(self.clocks[source], checkpoint=bool(argument))
        elif step == "portion":
            worker.publish(self.clocks[source], checkpoint=True, most=argument)
        else:
            self.workers[source] = Worker(self.store, self.rules, source)

    def tick(self, source: int, tick: int) -> None:
        clock = max(0, self.clocks[source] + tick, self.latest[source] - self.most_skew)
        self.clocks[source], self.latest[source] = clock, max(clock, self.latest[source])

    def finish(self) -> None:
        for source, worker in self.workers.items():
            worker.take(self.logs[source], len(self.logs[source]))
        for worker in self.workers.values():
            worker.publish(2 * DAY, checkpoint=True)

    def stored(self, key: Key) -> dict[int, reference.Value]:
        """Return the stored values; an interval without power and samples is none."""
        return {
            start: value
            for start, value in self.store.values.get(key, {}).items()
            if value.coverage_us or value.samples
        }

    def expected(self, key: Key) -> dict[int, reference.Value]:
        """Return what the reference says of all that was taken of the logs."""
        samples = [
            message.sample
            for source, worker in self.workers.items()
            for message in self.logs[source][: worker.position]
            if message.series == key
        ]
        rule = self.rules[key[0]]
        return reference.values(
            samples, reference.Rule(rule.length, rule.anchor, rule.hold, rule.linear)
        )


def log_of(source: int, sent: Sequence[Sent]) -> list[Message]:
    return [
        Message(key, reference.Sample(at, power, quality, source, offset))
        for offset, (key, at, power, quality) in enumerate(sent)
    ]


def repeated(sent, random):
    return [*sent, *(random.choice(sent) for _ in range(len(sent) // 4))]


@settings(max_examples=300)
@given(three_rules, sends, steps, chance)
def test_any_order_chunking_and_crash_point_stores_what_the_reference_says(
    meter_rules, sent, course, random
):
    way = Course(meter_rules, {FIRST: log_of(FIRST, repeated(sent, random))})
    for step, argument, tick, _ in course:
        way.go(step, argument, FIRST, tick)
    way.finish()
    for key in way.keys:
        assert way.stored(key) == way.expected(key)


@settings(max_examples=300)
@given(three_rules, st.tuples(sends, sends), steps, chance)
def test_two_partitions_that_share_meters_store_what_the_reference_says_of_both(
    meter_rules, sent, course, random
):
    logs = {
        source: log_of(source, repeated(part, random))
        for source, part in zip((FIRST, OTHER), sent, strict=True)
    }
    # How far back a partition loads after a crash is counted from the newest block of all, which
    # is too little for one that lags behind another by three holds.
    way = Course(meter_rules, logs, Store(loads_all=True))
    for step, argument, tick, source in course:
        way.go(step, argument, source, tick)
    way.finish()
    for key in way.keys:
        assert way.stored(key) == way.expected(key)


@settings(max_examples=300)
@given(three_rules, sends, steps)
def test_every_publish_returns_each_interval_whose_value_changed(meter_rules, sent, course):
    """After each of them the store has the reference's value of all that is over or has samples."""
    way = Course(meter_rules, {FIRST: log_of(FIRST, sent)}, most_skew=DAY)
    latest = 0
    for step, argument, tick, _ in course:
        if step == "crash":
            continue
        way.go(step, argument, FIRST, tick)
        if step in ("publish", "portion"):
            latest = max(latest, way.clocks[FIRST])
        if step == "publish":
            for key in way.keys:
                length = meter_rules[key[0]].length
                assert way.stored(key) == visible(way.expected(key), latest - length)


def visible(values: dict[int, reference.Value], ended: int) -> dict[int, reference.Value]:
    """Return those with a sample, before one with a sample, or that start by `ended`."""
    last = max((start for start, value in values.items() if value.samples), default=ended)
    return {start: value for start, value in values.items() if start <= max(last, ended)}


@settings(max_examples=200)
@given(three_rules, sends, steps)
def test_after_a_checkpoint_little_more_than_the_open_intervals_is_in_memory(
    meter_rules, sent, course
):
    way = Course(meter_rules, {FIRST: log_of(FIRST, sent)})
    for step, argument, tick, _ in course:
        way.go(step, argument, FIRST, tick)
        worker = way.workers[FIRST]
        wrote = worker.position >= way.store.published_offset.get(FIRST, 0)
        if step == "publish" and argument and wrote:
            assert len(worker.set) == len(worker.set._rows)
            for number in range(len(worker.set.series)):
                at = worker.set._rows.samples.observed_at[worker.set._rows.series == number]
                open_from = worker.set.keep_from(np.array([number], np.int32), at[-1:])
                assert (at < open_from).sum() <= 1, "one carry a series"
                assert len(at) == len(set(at.tolist()))
