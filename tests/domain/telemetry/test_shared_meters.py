"""Two partitions that bring samples of the same meter, in numbers: minutes, MW and MWh."""

import pytest

from gridfeed.domain.telemetry.series import SeriesRule
from tests.domain.telemetry.line import BAD, DAY, Line, rule
from tests.domain.telemetry.partition import Store


def two_partitions(given: SeriesRule) -> tuple[Line, Line]:
    """Return two partitions that a meter's messages come from."""
    store = Store()
    return Line(given, store=store), Line(given, store=store, source=9)


def test_a_slope_from_another_partition_s_sample_changes_the_interval_where_it_begins():
    here, there = two_partitions(rule(hold=20, linear=True))
    here.send((0, 0), (10, 0))
    here.publish(11, checkpoint=True)
    there.send((20, 60))
    # From 0 MW at 00:10 to 60 MW at 00:20: 30 MW at 00:15. (30 / 2 x 5) / 60 and
    # ((30 + 60) / 2 x 5 + 60 x 10) / 60.
    assert there.publish(31) == {0: 1.25, 15: 13.75}


def test_samples_from_before_another_partition_came_are_counted_though_none_follow():
    here, there = two_partitions(rule(hold=60))
    here.send((0, 6))
    assert here.publish(1) == {0: 1.5}  # not stored yet
    there.send((5, 12))
    assert there.publish(6) == {0: 3.0}  # 10 of 15 minutes, scaled: it knows of no other sample
    assert here.publish(7) == {0: 2.5}  # (6 x 5 + 12 x 10) / 60


def test_a_bad_sample_ends_what_a_partition_with_a_faster_clock_published_of_a_hold():
    here, there = two_partitions(rule(hold=60))
    here.send((0, 6))
    assert here.publish(46, checkpoint=True) == {0: 1.5, 15: 1.5, 30: 1.5}
    there.send((14, 0, BAD))
    ended = there.publish(15)
    assert (ended[0], ended[15], ended[30]) == (1.5, None, None)  # 14 of 15 minutes, scaled


def overtaken() -> Line:
    """Return a partition at 00:01. Another had published 6 MW up to 01:40 and is at 01:41."""
    here, there = two_partitions(rule(hold=DAY))
    there.send((-500, 6))
    assert there.publish(100)[15] == 1.5
    here.send((0, 12))
    assert here.publish(1, checkpoint=True) == {0: 3.0}
    there.send((50, 6), (100, 6))
    assert there.publish(101, checkpoint=True)[45] == 2.0  # (12 x 5 + 6 x 10) / 60
    return here


def test_a_sample_that_another_partition_s_overtook_still_changes_all_that_it_holds():
    here = overtaken()
    here.send((2, 12))
    assert here.publish(3, checkpoint=True) == {0: 3.0, 15: 3.0, 30: 3.0, 45: 2.0}
    assert min(here.publish(200)) > 100


def test_a_stored_sample_that_another_partition_s_overtook_changes_all_before_it_is_forgotten():
    here = overtaken()
    assert here.publish(31, checkpoint=True) == {15: 3.0, 30: 3.0}
    assert here.in_memory() == [50, 100]


def test_a_sample_that_was_overtaken_before_a_crash_changes_all_that_it_holds():
    here = overtaken()
    here.crash()
    published = here.publish(3)
    assert {start: published[start] for start in (15, 30)} == {15: 3.0, 30: 3.0}


@pytest.mark.parametrize("next_minute", [49.5, 50.5])
def test_a_sample_that_was_overtaken_before_a_crash_and_is_not_the_last_changes_the_same(
    next_minute,
):
    here = overtaken()
    here.crash()
    here.send((next_minute, 12))
    published = here.publish(60)
    assert {start: published[start] for start in (15, 30)} == {15: 3.0, 30: 3.0}
