"""Messages arrive while a publish is being written, and a write that fails is made up for."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from gridfeed.domain.telemetry.series import SeriesRule
from gridfeed.domain.telemetry.working_set import Values
from gridfeed.domain.words import PointQuality
from tests.domain.telemetry.partition import Message, Worker
from tests.domain.telemetry.test_working_set_properties import (
    FIRST,
    SECOND,
    Course,
    chance,
    log_of,
    repeated,
    sends,
    three_rules,
    ticks,
)


class BusyWorker(Worker):
    """A worker that goes on taking messages while it writes."""

    log: Sequence[Message] = ()
    taken_meanwhile = 0

    def with_other_partitions(self, values: Values) -> Values:
        position = self.position
        self.take(self.log, min(position + self.taken_meanwhile, len(self.log)))
        # What the transaction says is how far the values reach.
        self.position, self.reached = position, self.position
        return super().with_other_partitions(values)

    def publish_meanwhile_taking(self, clock: int, count: int, *, checkpoint: bool) -> None:
        self.taken_meanwhile, self.reached = count, self.position
        self.publish(clock, checkpoint=checkpoint)
        self.taken_meanwhile, self.position = 0, self.reached

    def fail_to_write(self, clock: int) -> None:
        """Compute values that reach no database."""
        if self.position >= self.store.published_offset.get(self.source, 0):
            self.set.publish(clock)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.integers(1, 25), ticks),
        st.tuples(st.sampled_from(["publish", "checkpoint"]), st.integers(0, 25), ticks),
        st.tuples(st.just("fail"), st.just(0), ticks),
        st.tuples(st.just("crash"), st.just(0), ticks),
    ),
    max_size=40,
)


class BusyCourse(Course):
    """One partition whose worker is a busy one."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.workers[FIRST] = self.started()

    def started(self) -> BusyWorker:
        worker = BusyWorker(self.store, self.rules, FIRST)
        worker.log = self.logs[FIRST]
        return worker

    def go_busily(self, step: str, argument: int, tick: int) -> None:
        self.tick(FIRST, tick)
        worker = self.workers[FIRST]
        assert isinstance(worker, BusyWorker)
        if step == "take":
            worker.take(worker.log, min(worker.position + argument, len(worker.log)))
        elif step == "fail":
            worker.fail_to_write(self.clocks[FIRST])
        elif step == "crash":
            self.workers[FIRST] = self.started()
        else:
            checkpoint = step == "checkpoint"
            worker.publish_meanwhile_taking(self.clocks[FIRST], argument, checkpoint=checkpoint)


@settings(max_examples=400)
@given(three_rules, sends, steps, chance)
def test_what_arrives_during_a_write_or_after_a_failed_one_is_stored_as_the_reference_says(
    meter_rules, sent, course, random
):
    way = BusyCourse(meter_rules, {FIRST: log_of(FIRST, repeated(sent, random))})
    for step, argument, tick in course:
        way.go_busily(step, argument, tick)
    way.finish()
    for key in way.keys:
        assert way.stored(key) == way.expected(key)


def test_a_late_sample_that_arrives_during_a_checkpoint_keeps_its_neighbours_in_memory():
    minute = SeriesRule(60 * SECOND, 0, 120 * SECOND, linear=False)
    times = (5, 10, 15, 600, 660, 20)
    sent = [((0, 0), at * SECOND, 1_000_000, PointQuality.GOOD) for at in times]
    way = BusyCourse((minute,) * 3, {FIRST: log_of(FIRST, sent)})
    way.go_busily("take", 5, 700 * SECOND)
    way.go_busily("checkpoint", 1, 0)
    way.finish()
    assert way.stored((0, 0))[0].samples == 4
    assert way.stored((0, 0)) == way.expected((0, 0))
