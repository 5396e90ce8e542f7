"""DESIGN rule 9: any stream, permutation, duplication, chunking and crash point, one result."""

from dataclasses import dataclass, field

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridfeed.domain.merge import Rows
from gridfeed.domain.rollup import ROLLUP_QUALITIES
from gridfeed.domain.samples import POINT_QUALITIES, Samples
from gridfeed.domain.series import SeriesRule
from gridfeed.domain.working_set import Ranges, WorkingSet
from tests import reference

SECOND = 1_000_000
SOURCE = 7


@dataclass
class Store:
    """What a database keeps: blocks and the offset at checkpoints, values whenever published."""

    blocks: dict[tuple[int, int], Samples] = field(default_factory=dict)
    next_offset: int = 0
    published_offset: int = 0
    values: dict[tuple[int, int], tuple[object, ...]] = field(default_factory=dict)


class Worker:
    """The stream's steps around a working set, as a partition takes them, without I/O."""

    def __init__(self, store: Store, rules: list[SeriesRule]) -> None:
        self.store, self.rules = store, rules
        self.set = WorkingSet(SOURCE)
        self.position = store.next_offset
        for meter in sorted({meter for meter, _ in store.blocks}):
            self.register(meter)

    def register(self, meter: int) -> None:
        number = self.set.series.register(meter, 0, self.rules[meter])
        stored = sorted(start for at, start in self.store.blocks if at == meter)
        if stored:
            back = 4 * (self.rules[meter].hold + self.rules[meter].length)
            tail = [start for start in stored if start >= stored[-1] - back]
            rows = self.rows(number, [self.store.blocks[meter, start] for start in tail])
            self.set.load(rows)
            self.set.resume_from(rows.series[-1:], np.array([rows.samples.observed_at.max()]))

    def rows(self, number: int, parts: list[Samples]) -> Rows:
        samples = Samples.concatenate(parts)
        return Rows(np.full(len(samples), number, np.int32), samples)

    def take(self, log: list[tuple[int, reference.Sample]], until: int) -> None:
        batch = log[self.position : until]
        self.position = max(self.position, until)
        for meter in {meter for meter, _ in batch}:
            if self.set.series.numbers(np.array([meter]), np.zeros(1, np.uint8))[0] < 0:
                self.register(meter)
        for meter, sample in batch:
            number = self.set.series.numbers(np.array([meter]), np.zeros(1, np.uint8))
            self.load(self.set.to_load(number, np.array([sample.observed_at_us])))
            self.set.add(Rows(number, columns([sample])))

    def load(self, ranges: Ranges) -> None:
        for number, first, last in zip(ranges.series, ranges.first, ranges.last, strict=True):
            meter = int(self.set.series.meter_id[number])
            found = [
                block
                for (at, start), block in self.store.blocks.items()
                if at == meter and first <= start <= last
            ]
            if found:
                self.set.load(self.rows(int(number), found))

    def publish(self, clock: int, *, checkpoint: bool) -> None:
        if self.position < self.store.published_offset:
            return
        values = self.set.publish(clock)
        rollup = values.rollup
        for row, (meter, start) in enumerate(
            zip(values.meter_id.tolist(), values.start.tolist(), strict=True)
        ):
            there = bool(rollup.has_value[row])
            self.store.values[meter, start] = (
                *(
                    int(column[row]) if there else None
                    for column in (rollup.energy, rollup.mean, rollup.peak)
                ),
                ROLLUP_QUALITIES[rollup.quality[row]],
                int(rollup.coverage_us[row]),
                int(rollup.longest_gap_us[row]),
                int(rollup.samples[row]),
            )
        self.store.published_offset = self.position
        if checkpoint:
            for block in self.set.unsaved():
                self.store.blocks[block.meter_id, block.start] = block.samples
            self.store.next_offset = self.position
            self.set.saved()


def columns(samples: list[reference.Sample]) -> Samples:
    return Samples(
        np.array([each.observed_at_us for each in samples], np.int64),
        np.array([each.power for each in samples], np.int64),
        np.array([POINT_QUALITIES.index(each.quality) for each in samples], np.uint8),
        np.array([each.source for each in samples], np.int32),
        np.array([each.offset for each in samples], np.int64),
    )


rules = st.builds(
    SeriesRule,
    length=st.sampled_from([60, 300, 900]).map(lambda seconds: seconds * SECOND),
    anchor=st.sampled_from([0, 30 * SECOND]),
    hold=st.sampled_from([30, 120, 600, 4000]).map(lambda seconds: seconds * SECOND),
    linear=st.booleans(),
)
instants = st.one_of(
    st.integers(0, 7200).map(lambda second: second * SECOND),
    st.integers(0, 7200 * SECOND),
    st.sampled_from([0, 300, 600, 900, 1800]).map(lambda second: second * SECOND),
)
messages = st.lists(
    st.tuples(
        st.integers(0, 2),
        instants,
        st.integers(-50_000_000, 9_000_000_000),
        st.sampled_from(POINT_QUALITIES),
    ),
    min_size=1,
    max_size=60,
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.integers(1, 25)),
        st.tuples(st.just("publish"), st.booleans()),
        st.tuples(st.just("crash"), st.just(0)),
    ),
    max_size=40,
)


@settings(max_examples=400, deadline=None)
@given(st.tuples(rules, rules, rules), messages, steps, st.randoms(use_true_random=False))
def test_any_order_chunking_and_crash_point_stores_what_the_reference_says(
    meter_rules: tuple[SeriesRule, ...],
    sent: list[tuple[int, int, int, object]],
    course: list[tuple[str, int]],
    random: object,
) -> None:
    again = [random.choice(sent) for _ in range(len(sent) // 4)]  # type: ignore[attr-defined]
    log = [
        (meter, reference.Sample(at, power, quality, SOURCE, offset))  # type: ignore[arg-type]
        for offset, (meter, at, power, quality) in enumerate([*sent, *again])
    ]
    store = run(list(meter_rules), log, course)
    for meter, rule in enumerate(meter_rules):
        samples = [sample for at, sample in log if at == meter]
        expected = reference.values(
            samples, reference.Rule(rule.length, rule.anchor, rule.hold, rule.linear)
        )
        stored = {start: value for (at, start), value in store.values.items() if at == meter}
        empty = {start for start, value in stored.items() if value[4] == 0 and value[6] == 0}
        assert {start: stored[start] for start in stored.keys() - empty} == {
            start: tuple(value) for start, value in expected.items()
        }


def run(
    meter_rules: list[SeriesRule],
    log: list[tuple[int, reference.Sample]],
    course: list[tuple[str, int]],
) -> Store:
    store = Store()
    worker = Worker(store, meter_rules)
    clock = 0
    for step, argument in course:
        clock += 90 * SECOND
        if step == "take":
            worker.take(log, min(worker.position + argument, len(log)))
        elif step == "publish":
            worker.publish(clock, checkpoint=bool(argument))
        else:
            worker = Worker(store, meter_rules)
    worker.take(log, len(log))
    worker.publish(20_000 * SECOND, checkpoint=True)
    return store
