"""Which quarter-hours a changed sample reaches. Numbers are minutes; ordinals of intervals."""

import numpy as np
import pytest

from gridfeed.domain.telemetry.merge import Rows
from gridfeed.domain.telemetry.reach import Slots, bridged, completed, reached
from gridfeed.domain.telemetry.samples import BAD, GOOD, Samples
from gridfeed.domain.telemetry.series import EVERYTHING, NEVER, Series, SeriesRule

MINUTE = 60_000_000
QUARTER = 15 * MINUTE


def table(*holds: int, linear: bool = False) -> Series:
    """Return series of quarter-hours with these holds."""
    series = Series()
    for meter, hold in enumerate(holds):
        series.register(meter, 0, SeriesRule(QUARTER, 0, hold * MINUTE, linear))
    return series


def rows(*at: float, series: int = 0, bad: tuple[float, ...] = ()) -> Rows:
    """Return the rows of one series."""
    observed = np.array([round(minute * MINUTE) for minute in at], np.int64)
    quality = np.array([BAD if minute in bad else GOOD for minute in at], np.uint8)
    zeros = np.zeros(len(at), np.int64)
    samples = Samples(observed, zeros, quality, zeros.astype(np.int32), zeros)
    return Rows(np.full(len(at), series, np.int32), samples)


def those(at_hand: Rows, *at: float) -> np.ndarray:
    return np.isin(at_hand.samples.observed_at, [round(minute * MINUTE) for minute in at])


def ordinals(slots: Slots) -> list[int]:
    return slots.ordinal.tolist()


def reached_by(changed: float, at_hand: Rows, series: Series, clock: int = 600) -> list[int]:
    clocks = clock * MINUTE, (clock + 30) * MINUTE
    return ordinals(reached(series, at_hand, those(at_hand, changed), clocks))


def test_a_sample_reaches_its_own_interval_and_those_of_its_hold_up_to_the_next_sample():
    day = rows(1, 13, 31, 90)
    assert reached_by(13, day, table(5)) == [0, 1]  # to 00:18
    assert reached_by(13, day, table(60)) == [0, 1, 2]  # to 00:31, the next sample
    assert reached_by(13, day, table(2)) == [0]  # to 00:15, the edge
    assert reached_by(31, day, table(60)) == [2, 3, 4, 5]  # to 01:30, the edge and the next sample


def test_the_last_sample_reaches_what_is_over_by_the_clock():
    day = rows(1, 13)
    assert reached_by(13, day, table(60), clock=14) == [0]
    assert reached_by(13, day, table(60), clock=29) == [0]
    assert reached_by(13, day, table(60), clock=30) == [0, 1]
    assert reached_by(13, day, table(60), clock=600) == [0, 1, 2, 3, 4]  # to 01:13


def test_a_bad_sample_reaches_what_its_predecessor_may_have_held():
    day = rows(1, 13, 70, bad=(13,))
    assert reached_by(13, day, table(60)) == [0, 1, 2, 3, 4]


def test_a_bad_last_sample_takes_back_what_a_faster_clock_said_of_a_hold():
    day = rows(1, 13, bad=(13,))  # that clock may have been 30 minutes ahead
    assert reached_by(13, day, table(60), clock=14) == [0, 1]
    assert reached_by(13, day, table(60), clock=30) == [0, 1, 2, 3]


def test_a_line_reaches_back_to_the_sample_before_within_the_hold():
    day = rows(1, 13, 31, 90)
    assert reached_by(31, day, table(20, linear=True)) == [0, 1, 2, 3]  # 00:13 to 00:51
    assert reached_by(31, day, table(17, linear=True)) == [2, 3]  # 18 minutes are no line
    assert reached_by(31, day, table(20, linear=False)) == [2, 3]


def test_no_line_begins_at_a_bad_sample():
    day = rows(1, 13, 31, 90, bad=(13,))
    assert reached_by(31, day, table(20, linear=True)) == [2, 3]


def test_a_series_does_not_reach_into_another():
    first, second = rows(13), rows(14, 50, series=1)
    both = Rows(
        np.concatenate([first.series, second.series]),
        Samples.concatenate([first.samples, second.samples]),
    )
    slots = reached(table(60, 60, linear=True), both, those(both, 13, 14), (NEVER, NEVER))
    pairs = zip(slots.series.tolist(), ordinals(slots), strict=True)
    assert list(pairs) == [(0, 0), (0, 1), (0, 2), (0, 3), (0, 4), (1, 0), (1, 1), (1, 2), (1, 3)]


def since(ordinal: int) -> np.ndarray:
    return np.array([ordinal])


@pytest.mark.parametrize(
    ("clock", "before", "expected"),
    [
        (29, EVERYTHING, []),
        (30, EVERYTHING, [1]),
        (75, 1, [1, 2, 3, 4]),
        (75, 3, [3, 4]),  # 1 and 2 were returned before
        (600, 3, [3, 4]),  # 01:13 ends the hold
    ],
)
def test_time_completes_what_the_last_sample_holds(clock, before, expected):
    assert ordinals(completed(table(60), rows(1, 13), since(before), clock * MINUTE)) == expected


def test_a_bad_last_sample_holds_nothing_that_time_could_complete():
    assert ordinals(completed(table(60), rows(1, 13, bad=(13,)), since(0), 600 * MINUTE)) == []
    assert ordinals(completed(table(60), Rows.none(), since(0), 600 * MINUTE)) == []


def test_a_new_sample_closes_what_the_one_before_it_held():
    day = rows(1, 13, 65)
    arrived = those(day, 65)
    whole = since(EVERYTHING)
    assert ordinals(bridged(table(60), day, arrived, since(1), whole)) == [1, 2, 3]
    assert ordinals(bridged(table(60), day, arrived, since(3), whole)) == [3]
    assert ordinals(bridged(table(30), day, arrived, since(1), whole)) == [1, 2]  # to 00:43
    after_bad = rows(1, 13, 65, bad=(13,))
    assert ordinals(bridged(table(60), after_bad, arrived, since(1), whole)) == []


def test_a_late_sample_closes_nothing_since_what_is_before_it_may_not_be_in_memory():
    day, start, whole = rows(1, 13, 65, 200), since(EVERYTHING), since(5 * QUARTER)
    assert ordinals(bridged(table(60), day, those(day, 65), start, whole)) == []
    assert ordinals(bridged(table(60), day, those(day, 200), start, whole)) == [5, 6, 7, 8]
