"""What a worker says of what it waits for."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import copy_context
from datetime import timedelta

from faust.types import TP

from gridfeed import clock
from stream.waits import Wait, current_waits, waiting, waiting_for, worked_for

NOW = clock.now()


@contextmanager
def wait(partition: int | None, cause: str | None, seconds: int) -> Iterator[Wait]:
    """Wait on behalf of a partition, for so many seconds already."""
    tp = None if partition is None else TP("meter.reads", partition)
    with ExitStack() as stack:
        context = copy_context()
        context.run(worked_for.set, tp)
        told = context.run(stack.enter_context, waiting("broker"))
        told.cause, told.since = cause, NOW - timedelta(seconds=seconds)
        yield told


def test_partitions_that_wait_for_the_same_are_named_in_one_sentence() -> None:
    since = NOW - timedelta(seconds=9)
    with wait(3, "broker: away", 2), wait(1, "broker: away", 9), wait(2, "database: away", 5):
        first, second = waiting_for(NOW)
    assert first == (
        f"broker: away; waiting: meter.reads[1], meter.reads[3] since {since:%Y-%m-%dT%H:%M:%SZ}"
    )
    assert second.startswith("database: away; waiting: meter.reads[2] since ")


def test_of_48_partitions_five_are_named_and_43_counted() -> None:
    with ExitStack() as stack:
        for number in range(48):
            stack.enter_context(wait(number, "database: away", 48 - number))
        [said] = waiting_for(NOW)
    assert "meter.reads[0], meter.reads[1]" in said
    assert "meter.reads[4] and 43 more since" in said


def test_what_gives_no_answer_is_waited_for_after_15_seconds() -> None:
    with wait(None, None, 14):
        assert current_waits(NOW) == []
    with wait(None, None, 16):
        [said] = waiting_for(NOW)
    assert said.startswith("broker: no answer; waiting: the worker since ")


def test_what_was_answered_is_waited_for_no_more() -> None:
    with wait(0, "broker: away", 1):
        pass
    assert waiting_for(NOW) == []
