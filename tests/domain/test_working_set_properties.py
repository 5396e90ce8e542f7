"""DESIGN rule 9: any stream, permutation, duplication, chunking and crash point, one result."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridfeed.domain.samples import POINT_QUALITIES
from gridfeed.domain.series import SeriesRule
from gridfeed.domain.words import PointQuality
from tests import reference
from tests.domain.partition import Key, Message, Store, Worker

SECOND = 1_000_000
DAY = 86_400 * SECOND
FIRST, SECOND_SOURCE = 7, 9
EMPTY = (0, 0)  # coverage, samples

rules = st.builds(
    SeriesRule,
    length=st.sampled_from([60, 300, 900]).map(lambda seconds: seconds * SECOND),
    anchor=st.sampled_from([0, 30 * SECOND]),
    hold=st.sampled_from([30, 120, 600, 4000, 86_400]).map(lambda seconds: seconds * SECOND),
    linear=st.booleans(),
)
three_rules = st.tuples(rules, rules, rules)
instants = st.one_of(
    st.integers(0, 7200).map(lambda second: second * SECOND),
    st.integers(0, 7200 * SECOND),
    st.sampled_from([0, 300, 600, 900, 1800]).map(lambda second: second * SECOND),
)
power = st.integers(-50_000_000, 9_000_000_000)
quality = st.sampled_from([PointQuality.GOOD] * 4 + list(POINT_QUALITIES))
series = st.tuples(st.integers(0, 2), st.sampled_from([0, 0, 2]))
one = st.builds(lambda *each: [each], series, instants, power, quality)


@st.composite
def run(draw) -> list[tuple[Key, int, int, PointQuality]]:
    """Samples at a steady pace, as a meter sends them."""
    which, start, step = draw(series), draw(instants), draw(st.sampled_from([10, 50, 61, 290]))
    return [
        (which, start + n * step * SECOND, draw(power), draw(quality))
        for n in range(draw(st.integers(2, 12)))
    ]


sends = st.lists(one | run(), min_size=1, max_size=15).map(lambda parts: sum(parts, []))
# The clock of a partition stands still, goes on, leaps, or even falls back.
ticks = st.sampled_from([0, 0, 40, 90, 90, 700, 5_000, -300]).map(lambda second: second * SECOND)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.integers(1, 25), ticks, st.integers(0, 1)),
        st.tuples(st.just("publish"), st.booleans(), ticks, st.integers(0, 1)),
        st.tuples(st.just("crash"), st.just(0), ticks, st.integers(0, 1)),
    ),
    max_size=40,
)


@dataclass
class Course:
    """One or two partitions on their way through their logs, checked after every publish."""

    rules: Sequence[SeriesRule]
    logs: dict[int, list[Message]]
    store: Store = field(default_factory=Store)
    clock: int = 0

    def __post_init__(self) -> None:
        self.workers = {source: Worker(self.store, self.rules, source) for source in self.logs}

    def go(self, step: str, argument: int, source: int) -> None:
        worker, log = self.workers[source], self.logs[source]
        if step == "take":
            worker.take(log, min(worker.position + argument, len(log)))
        elif step == "publish":
            worker.publish(self.clock, checkpoint=bool(argument))
        else:
            self.workers[source] = Worker(self.store, self.rules, source)

    def finish(self) -> None:
        for source, worker in self.workers.items():
            worker.take(self.logs[source], len(self.logs[source]))
        for worker in self.workers.values():
            worker.publish(2 * DAY, checkpoint=True)

    def stored(self, key: Key) -> dict[int, reference.Value]:
        """Return the stored values, without the intervals that nothing is said of."""
        return {
            start: value
            for start, value in self.store.values.get(key, {}).items()
            if (value.coverage_us, value.samples) != EMPTY
        }

    def expected(self, key: Key, until: dict[int, int]) -> dict[int, reference.Value]:
        """Return what the reference says of the logs up to an offset each."""
        samples = [
            message.sample
            for source, log in self.logs.items()
            for message in log[: until[source]]
            if message.series == key
        ]
        rule = self.rules[key[0]]
        return reference.values(
            samples, reference.Rule(rule.length, rule.anchor, rule.hold, rule.linear)
        )

    def keys(self) -> set[Key]:
        return {message.series for log in self.logs.values() for message in log}


def log_of(source: int, sent: Sequence[tuple[Key, int, int, PointQuality]]) -> list[Message]:
    return [
        Message(key, reference.Sample(at, power, quality, source, offset))
        for offset, (key, at, power, quality) in enumerate(sent)
    ]


def repeated(sent, random):
    return [*sent, *(random.choice(sent) for _ in range(len(sent) // 4))]


@settings(max_examples=300, deadline=None)
@given(three_rules, sends, steps, st.randoms(use_true_random=False))
def test_any_order_chunking_and_crash_point_stores_what_the_reference_says(
    meter_rules, sent, course, random
) -> None:
    way = Course(meter_rules, {FIRST: log_of(FIRST, repeated(sent, random))})
    for step, argument, tick, _ in course:
        way.clock = max(0, way.clock + tick)
        way.go(step, argument, FIRST)
    way.finish()
    everything = {FIRST: len(way.logs[FIRST])}
    for key in way.keys():
        assert way.stored(key) == way.expected(key, everything)


@settings(max_examples=300, deadline=None)
@given(three_rules, sends, sends, steps, st.randoms(use_true_random=False))
def test_two_partitions_that_share_meters_store_what_the_reference_says_of_both(
    meter_rules, sent, sent_elsewhere, course, random
) -> None:
    logs = {
        FIRST: log_of(FIRST, repeated(sent, random)),
        SECOND_SOURCE: log_of(SECOND_SOURCE, repeated(sent_elsewhere, random)),
    }
    way = Course(meter_rules, logs)
    for step, argument, tick, which in course:
        way.clock = max(0, way.clock + tick)
        way.go(step, argument, (FIRST, SECOND_SOURCE)[which])
    way.finish()
    everything = {source: len(log) for source, log in logs.items()}
    for key in way.keys():
        assert way.stored(key) == way.expected(key, everything)


@settings(max_examples=300, deadline=None)
@given(three_rules, sends, steps)
def test_every_publish_returns_each_interval_whose_value_changed(
    meter_rules, sent, course
) -> None:
    """After each of them the store has the reference's value of all that is over or holds a row."""
    way = Course(meter_rules, {FIRST: log_of(FIRST, sent)})
    latest = 0
    for step, argument, tick, _ in course:
        if step == "crash":
            continue
        way.clock = max(0, way.clock + tick)
        way.go(step, argument, FIRST)
        if step == "publish":
            latest = max(latest, way.clock)
            taken = {FIRST: way.workers[FIRST].position}
            for key in way.keys():
                expected = way.expected(key, taken)
                visible = {
                    start: value
                    for start, value in expected.items()
                    if value.samples
                    or start + meter_rules[key[0]].length <= latest
                    or any(later > start and expected[later].samples for later in expected)
                }
                assert way.stored(key) == visible


@settings(max_examples=200, deadline=None)
@given(three_rules, sends, steps)
def test_what_is_stored_and_behind_leaves_the_memory(meter_rules, sent, course) -> None:
    way = Course(meter_rules, {FIRST: log_of(FIRST, sent)})
    for step, argument, tick, _ in course:
        way.clock = max(0, way.clock + tick)
        way.go(step, argument, FIRST)
        if step == "publish" and argument:
            assert_little_is_left(way)


def assert_little_is_left(way: Course) -> None:
    worker = way.workers[FIRST]
    if worker.position < way.store.published_offset[FIRST]:
        return
    table, rows = worker.set.series, worker.set._rows
    assert worker.set.waiting == 0
    for number in range(len(table)):
        at = rows.samples.observed_at[rows.series == number]
        last = at[-1:]
        kept_from = worker.set.keep_from(np.array([number], np.int32), last)
        assert (at < kept_from).sum() <= 1, "one carry a series"
        assert (at >= kept_from).sum() <= len(
            {
                message.sample.observed_at_us
                for message in way.logs[FIRST]
                if message.series == (table.meter_id[number], table.channel[number])
                and message.sample.observed_at_us >= kept_from
            }
        )
