"""Of each published interval, when the newest sample behind it was observed; in minutes."""

import numpy as np

from gridfeed.domain.telemetry.merge import Rows
from gridfeed.domain.telemetry.samples import Samples
from gridfeed.domain.telemetry.series import EVERYTHING
from gridfeed.domain.telemetry.working_set import WorkingSet
from tests.domain.telemetry.line import MINUTE, rule


def newest(minutes: list[int], *, clock: int, hold: int = 60, linear: bool = False) -> dict:
    """Return {start: newest sample} of the quarter-hours that one publication computes."""
    working_set = WorkingSet(1)
    working_set.series.register(1, 0, rule(hold=hold, linear=linear))
    count = len(minutes)
    samples = Samples(
        observed_at=np.array(minutes, np.int64) * MINUTE,
        power=np.full(count, 10**9),
        quality=np.zeros(count, np.uint8),
        source=np.ones(count, np.int32),
        offset=np.arange(count),
    )
    working_set.add(Rows(np.zeros(count, np.int32), samples))
    values = working_set.publish(clock * MINUTE)
    return {
        start // MINUTE: None if at == EVERYTHING else at // MINUTE
        for start, at in zip(values.start.tolist(), values.observed_at.tolist(), strict=True)
    }


def test_it_is_the_last_one_inside() -> None:
    assert newest([3, 1, 14, 7], clock=14, hold=1) == {0: 14}


def test_where_a_sample_from_before_holds_it_is_that_one() -> None:
    assert newest([3], clock=31) == {0: 3, 15: 3}


def test_a_linear_interval_is_as_new_as_the_sample_behind_it_that_its_power_runs_to() -> None:
    assert newest([3, 20], clock=21, linear=True) == {0: 20, 15: 20}
    assert newest([3, 20], clock=21, linear=True, hold=5)[0] == 3


def test_without_rows_there_is_nothing_to_say() -> None:
    assert newest([], clock=60) == {}
