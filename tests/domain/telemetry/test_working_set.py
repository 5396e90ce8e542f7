"""What a partition publishes, keeps and forgets, in numbers: minutes, MW and MWh."""

import numpy as np
import pytest

from gridfeed.domain.telemetry.series import SeriesRule
from tests.domain.telemetry.line import BAD, DAY, MINUTE, MWH, Line, rule

CARRIED = [(-7, 12), (3, 18), (11, 6), (30, 10)]  # the golden vector of the carry-in


def test_a_late_sample_changes_its_interval_and_the_carry_into_the_next_and_no_other():
    line = Line(rule(hold=60))
    line.send(*CARRIED)
    # (12 x 3 + 18 x 8 + 6 x 4) / 60; 6 x 15 / 60; that of 00:30 is open, but has a sample.
    assert line.publish(44) == {-15: None, 0: 3.4, 15: 1.5, 30: 2.5}
    assert line.publish(45) == {}
    line.send((13, 30))
    assert line.publish(46) == {0: 4.2, 15: 7.5}


@pytest.mark.parametrize("crash", [False, True])
def test_a_late_sample_beyond_memory_changes_the_same_two_intervals(crash):
    line = Line(rule(hold=60))
    line.send(*CARRIED, (300, 10), (301, 10))
    line.publish(310, checkpoint=True)
    assert line.in_memory() == [30, 300, 301]  # and none of the first quarter-hours
    if crash:
        line.crash()
        line.publish(310)
    line.send((13, 30))
    assert line.publish(310) == {0: 4.2, 15: 7.5}


def test_after_the_blocks_are_saved_the_open_interval_and_a_carry_stay_in_memory():
    line = Line(rule(hold=60, length=5))
    line.send(*((minute, 6) for minute in range(60)))
    line.publish(59.5)
    assert len(line.worker.set) == 60
    line.publish(59.5, checkpoint=True)
    assert line.in_memory() == [49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59]


def test_a_linear_meter_keeps_a_hold_more():
    line = Line(rule(hold=12, linear=True, length=5))
    line.send(*((minute, 6) for minute in range(60)))
    line.publish(59.5, checkpoint=True)
    assert line.in_memory() == list(range(34, 60))  # 55 - 5 - 12 = 38, in the interval of 00:35


def test_the_block_of_a_late_sample_has_all_samples_of_its_interval():
    line = Line(rule(hold=60))
    line.send(*CARRIED, (300, 10))
    line.publish(310, checkpoint=True)
    assert list(line.worker.set.unsaved()) == []
    line.send((13, 30))
    line.publish(311)
    [block] = line.worker.set.unsaved()
    assert (block.start, (block.samples.observed_at // MINUTE).tolist()) == (0, [3, 11, 13])


def to_load(given: SeriesRule, minute: float) -> tuple[int, ...]:
    """Return the first and the last block that a sample wants of a meter that is at 50:00."""
    line = Line(given)
    line.send((3_000, 1))
    line.publish(3_001, checkpoint=True)
    ranges = line.worker.set.to_load(np.zeros(1, np.int32), np.array([round(minute * MINUTE)]))
    return *(ranges.first // MINUTE).tolist(), *(ranges.last // MINUTE).tolist()


def test_a_sample_wants_nothing_if_what_it_reaches_back_to_is_in_memory():
    assert to_load(rule(hold=20), 2_985) == ()  # from 49:45 on
    assert to_load(rule(hold=20), 2_984) == (2_940, 3_000)
    slope = rule(hold=20, linear=True)
    assert to_load(slope, 2_975) == ()  # from 49:15 on, and 20 minutes before is 49:15
    assert to_load(slope, 2_974) == (2_910, 3_030)


def test_a_late_step_wants_what_is_carried_to_it_and_all_that_it_may_reach():
    # From 00:00: a hold before. From 00:14:59: a hold after, 00:35, in the interval of 00:30.
    assert to_load(rule(hold=20), 7) == (-30, 30)
    assert to_load(rule(hold=20), 14.9) == (-30, 30)


def test_a_late_slope_wants_what_is_carried_to_the_one_before_and_what_follows_the_last():
    # 00:00 reaches back to -00:20, in -00:30, which wants a hold before it: -00:50, in -01:00.
    # 00:15 reaches to 00:35, in 00:30, whose last sample slopes to one up to 01:05, in 01:00.
    assert to_load(rule(hold=20, linear=True), 7) == (-60, 60)


def test_what_follows_the_farthest_interval_of_a_late_slope_counts():
    # The one at 4.9 slopes to 5.2; in that interval the one at 9.8 slopes to 10.8, which makes
    # 12 MW / 2 x 0.2 min: the only energy, scaled from 4.0 and then 4.2 minutes known to 5.
    line = Line(rule(hold=2, linear=True, length=5))
    line.send((3, 0), (5.2, 0), (7, 0), (9.8, 0), (10.8, 60), (300, 0))
    assert line.publish(310, checkpoint=True)[5] == 0.025
    line.send((4.9, 0))
    assert line.publish(310) == {0: None, 5: 0.023809524}


def test_what_comes_before_the_first_interval_of_a_late_slope_counts():
    # The one at 0.2 slopes back to -1.7; of that interval, the one of -5.2 covers 1.8 minutes, so
    # that 3.5 of 5 are known, and not just 1.7.
    line = Line(rule(hold=2, linear=True, length=5))
    line.send((-5.2, 60), (-1.7, 60), (1, 60), (300, 0))
    assert line.publish(310, checkpoint=True)[-5] == 5.0
    line.send((0.2, 60))
    assert line.publish(310) == {-5: 5.0, 0: 5.0}


def test_a_late_bad_sample_ends_a_hold_for_all_intervals_it_had_reached():
    line = Line(rule(hold=DAY))
    line.send((0, 6))
    assert line.publish(75) == {0: 1.5, 15: 1.5, 30: 1.5, 45: 1.5, 60: 1.5}
    line.send((20, 6, BAD))
    # 00:15 was known for 5 of 15 minutes, the others for none.
    assert line.publish(76) == {15: None, 30: None, 45: None, 60: None}
    assert line.publish(DAY) == {}


def test_a_bad_sample_ends_what_the_former_owner_s_clock_said_of_a_hold():
    line = Line(rule(hold=DAY))
    line.send((0, 6))
    line.publish(0, checkpoint=True)
    assert line.publish(30) == {15: 1.5}
    line.crash()
    line.send((14, 6, BAD))
    assert line.publish(29.5) == {0: 1.5, 15: None}


def test_a_sample_after_a_long_hold_closes_it():
    line = Line(rule(hold=DAY))
    line.send((0, 6))
    assert line.publish(40) == {0: 1.5, 15: 1.5}
    line.send((66, 12))
    assert line.publish(66) == {30: 1.5, 45: 1.5, 60: 2.4}  # (6 x 6 + 12 x 9) / 60


def test_a_quiet_meter_with_a_day_s_hold_closes_every_interval_of_the_day_once():
    line = Line(rule(hold=DAY))
    line.send((5, 6))
    published = [line.publish(minute) for minute in range(5, 2 * DAY)]
    assert published[0] == {0: 1.5}  # 10 of 15 minutes, scaled
    rest = [start for each in published[1:] for start in each]
    assert rest == list(range(15, DAY + 15, 15))
    assert published[DAY + 15 - 5] == {DAY: None}  # 5 of 15 minutes


def test_a_clock_that_leaps_closes_all_that_is_over():
    line = Line(rule(hold=60))
    line.send((5, 6))
    line.publish(5)
    assert line.publish(100 * DAY) == {15: 1.5, 30: 1.5, 45: 1.5, 60: None}


def test_a_clock_that_stands_still_closes_nothing():
    line = Line(rule(hold=60))
    line.send((5, 6))
    line.publish(31)
    assert [line.publish(31), line.publish(31)] == [{}, {}]


def test_a_clock_that_falls_back_loses_nothing():
    line = Line(rule(hold=60))
    line.send((5, 6))
    assert list(line.publish(46)) == [0, 15, 30]
    line.send((20, 12))
    assert line.publish(25) == {15: 2.5, 30: 3.0}  # (6 x 5 + 12 x 10) / 60, 12 x 15 / 60
    assert list(line.publish(61)) == [45]


def test_channels_and_meters_do_not_meet():
    line = Line(rule(hold=60), rule(hold=60))
    line.send((0, 6), (1, 60))
    line.send((0, 12), channel=2)
    line.send((0, 24), meter=1)
    line.publish(15)
    stored = {key: values[0].energy / MWH for key, values in line.store.values.items()}
    assert stored == {(0, 0): 14.1, (0, 2): 3.0, (1, 0): 6.0}  # (6 + 60 x 14) / 60


def test_the_first_publish_after_a_start_says_nothing_of_what_lies_between_late_samples():
    """There, memory has holes: what is stored between was not loaded."""
    line = Line(rule(hold=60))
    line.send((0, 6), (70, 12), (130, 18), (2_000, 6))
    line.publish(2_100, checkpoint=True)
    line.crash()
    line.send((1, 6), (600, 6))  # around 00:01 that of 01:10 is loaded, that of 02:10 is not
    published = line.publish(2_100)
    assert [start for start in published if 60 < start < 600] == []
    assert line.store.values[0, 0][120 * MINUTE].energy / MWH == 3.5  # (12 x 10 + 18 x 5) / 60


def test_of_400_changed_intervals_150_are_published_at_once_the_newest_first_and_each_once():
    line = Line(rule(hold=5))
    line.send((6000, 1), *((15 * quarter + 1, 1) for quarter in range(399)))
    working_set, seen = line.worker.set, []
    for whole in (False, False, True):
        values = working_set.publish(6001 * MINUTE, 150)
        assert working_set.is_whole is whole
        working_set.written()
        seen.append((values.start // (15 * MINUTE)).tolist())
    assert [len(starts) for starts in seen] == [150, 150, 100]
    assert sorted(seen[0] + seen[1] + seen[2]) == [*range(399), 400]
    assert min(seen[0]) > max(seen[1]) > max(seen[2])


def test_a_portion_that_was_not_written_is_published_again():
    line = Line(rule(hold=5))
    line.send((6000, 1), *((15 * quarter + 1, 1) for quarter in range(9)))
    working_set = line.worker.set
    first = working_set.publish(6001 * MINUTE, 5).start.tolist()
    assert working_set.publish(6001 * MINUTE, 5).start.tolist() == first


def test_blocks_of_the_past_are_stored_a_few_at_a_time_before_their_checkpoint():
    line = Line(rule(hold=5))
    line.send((6000, 1), *((15 * quarter + 1, 1) for quarter in range(9)))
    working_set, stored = line.worker.set, []
    working_set.publish(6001 * MINUTE)
    working_set.written()
    while len(early := working_set.past_unsaved(4)):
        stored.append([block.start // (15 * MINUTE) for block in working_set.blocks(early)])
        working_set.saved_early(early)
    assert stored == [[0, 1, 2, 3], [4, 5, 6, 7], [8]]
    [left] = working_set.unsaved()
    assert left.start == 6000 * MINUTE
