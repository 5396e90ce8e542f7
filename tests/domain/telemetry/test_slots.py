"""Sets of intervals."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.telemetry.reach import Slots

Place = tuple[int, int]
places = st.sets(st.tuples(st.integers(0, 3), st.integers(-3, 3)))


def slots(chosen: set[Place]) -> Slots:
    series, ordinals = ([each[column] for each in chosen] for column in (0, 1))
    return Slots.unique(np.array(series, np.int32), np.array(ordinals, np.int64))


@given(places, places)
def test_intervals_without_others_are_the_difference_of_both_sets(
    some: set[Place], others: set[Place]
) -> None:
    left = slots(some).without(slots(others))
    assert list(zip(left.series, left.ordinal, strict=True)) == sorted(some - others)
