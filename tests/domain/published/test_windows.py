"""A long range is cut at midnights into windows of bounded size, which together are the range."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.published.aligned import UNKNOWN, Aligned, times
from gridfeed.domain.published.scope import Scope, ScopeMembership, ScopeProject
from gridfeed.domain.published.windows import windows
from tests.api.builders import utc

ZONE = "Europe/Amsterdam"
PROJECT = ScopeProject("p", ZONE, "kWh", 900, 0)
FIRST = utc("2026-03-20 10:17")


@given(
    meters=st.integers(0, 5), hours=st.integers(1, 400), most=st.integers(1, 3000),
    later=st.integers(0, 10_000),
)  # fmt: skip
def test_windows_meet_at_local_midnights_and_have_at_most_so_many_intervals_or_a_day(
    meters: int, hours: int, most: int, later: int
) -> None:
    every = tuple(ScopeMembership(n, f"m{n}", Decimal(1), PROJECT) for n in range(meters))
    found = Scope(None, PROJECT, every)
    start = FIRST + timedelta(minutes=later)
    end = start + timedelta(hours=hours)
    parts = windows(found, start, end, most)
    assert (parts[0][0], parts[-1][1]) == (start, end)
    for one, other in pairwise(parts):
        assert one[1] == other[0]
        local = one[1].astimezone(ZoneInfo(ZONE))
        assert (local.hour, local.minute, local.second) == (0, 0, 0)
    for first, last in parts:
        assert first < last
        # Days of 23 to 25 hours, the first and the last one cut.
        days = (last - first) / timedelta(days=1)
        assert days <= 1.1 or found.intervals_within(first, last) <= 1.6 * most


def column(energy: list[int], scale: int) -> Aligned:
    size = len(energy)
    unknown, no = np.full(size, UNKNOWN), np.zeros(size, bool)
    amounts = np.array(energy, np.int64)
    return Aligned(
        amounts, ~no, unknown, unknown, unknown, unknown, unknown, unknown,
        amounts, no, amounts, no, scale,
    )  # fmt: skip


@pytest.mark.parametrize("amounts", [[], [0], [0, 3]])
def test_a_factor_beyond_int64_multiplies_exactly_even_zeros_and_nothing(
    amounts: list[int],
) -> None:
    factor = 9223372650146484375
    found = times(np.array(amounts, np.int64), factor)
    assert found.tolist() == [amount * factor for amount in amounts]


def test_parts_of_different_scale_are_joined_in_the_finest() -> None:
    joined = Aligned.concatenate([column([1, 2], 0), column([30], 2), column([4], 1)])
    assert joined.energy.tolist() == [100, 200, 30, 40]
    assert joined.p10.tolist() == [100, 200, 30, 40]
    assert joined.scale == 2
    assert joined.present.tolist() == [True] * 4
