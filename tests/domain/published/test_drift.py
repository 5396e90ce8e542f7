"""The line through SCADA and settlement, and clocks that are an interval apart."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.demo.recordings import examples, read_recording
from gridfeed.domain.published.accuracy import Column
from gridfeed.domain.published.drift import ShiftVerdict, line, shift_test
from gridfeed.domain.published.reconciliation import Compared

QUARTER_US = 900_000_000
KWH = 1_000_000


def microkwh(energies: Sequence[float]) -> np.ndarray:
    return np.array([round(energy * KWH) for energy in energies], np.int64)


def compared(scada: np.ndarray, settlement: np.ndarray) -> Compared:
    rows = len(scada)
    known = np.ones(rows, np.bool_)
    return Compared(
        np.arange(rows) * QUARTER_US, QUARTER_US, Column(scada, known), Column(settlement, known),
        np.full(rows, QUARTER_US), np.full(rows, 6 * KWH),
    )  # fmt: skip


def shift_of(scada: np.ndarray, settlement: np.ndarray):
    some = compared(scada, settlement)
    return shift_test(some, some.both)


@pytest.fixture(scope="module")
def serf_east() -> np.ndarray:
    """A week of SERF East in quarter hours, 10^-6 kWh."""
    path: Path = examples() / "data" / "serf_east_15min_ac_power.csv"
    return microkwh([float(power) / 4 for power in read_recording(path).kilowatts[: 7 * 96]])


def test_the_line_is_the_least_squares_fit():
    # Through (0, 1), (1, 3), (2, 4): slope 3/2, intercept 7/6, residual 1/6, r^2 27/28.
    found = line(microkwh([0, 1, 2]), microkwh([1, 3, 4]))
    assert found.slope == 1.5
    assert found.intercept == pytest.approx(7 / 6, rel=1e-15)
    assert found.r_squared == pytest.approx(27 / 28, rel=1e-15)
    assert found.residual_rms == pytest.approx((1 / 6 / 3) ** 0.5, rel=1e-15)


def test_what_does_not_vary_has_no_line():
    assert line(microkwh([1, 1, 1]), microkwh([1, 2, 3])) is None
    assert line(microkwh([]), microkwh([])) is None


@given(
    st.lists(st.integers(-(10**6), 10**6), min_size=2, max_size=30, unique=True),
    st.integers(1, 5),
    st.integers(-(10**6), 10**6),
)
def test_a_line_is_found_exactly(scada, slope, intercept):
    x = np.array(scada, np.int64)
    found = line(x, slope * x + intercept)
    assert found.slope == slope
    assert found.intercept == pytest.approx(intercept / KWH, rel=1e-12)
    assert (found.r_squared, found.residual) == (1, 0)


def with_losses(scada: np.ndarray) -> np.ndarray:
    """1.5 % less, and 2 Wh an interval of station load."""
    return scada * 985 // 1000 - 2_000


def test_hour_ending_times_read_as_starts_are_found(serf_east):
    found = shift_of(serf_east[1:], with_losses(serf_east)[:-1])
    assert (found.verdict, found.best) == (ShiftVerdict.SHIFTED, 1)
    assert found.leaves < 0.001


def test_settlement_that_is_an_interval_early_is_found(serf_east):
    found = shift_of(serf_east[:-1], with_losses(serf_east)[1:])
    assert (found.verdict, found.best) == (ShiftVerdict.SHIFTED, -1)


def test_losses_alone_are_no_shift(serf_east):
    found = shift_of(serf_east, with_losses(serf_east))
    assert (found.verdict, found.best, found.leaves) == (ShiftVerdict.ALIGNED, 0, 1)


def test_a_shift_is_found_through_noise(serf_east):
    noise = np.random.default_rng(7).normal(0, 0.05 * KWH, len(serf_east)).astype(np.int64)
    found = shift_of(serf_east[1:], (with_losses(serf_east) + noise)[:-1])
    assert (found.verdict, found.best) == (ShiftVerdict.SHIFTED, 1)


def test_half_an_interval_is_not_claimed_as_a_whole_one(serf_east):
    found = shift_of(serf_east[1:], (serf_east[1:] + serf_east[:-1]) // 2)
    assert found.verdict != ShiftVerdict.SHIFTED


@given(st.integers(0, 2**32))
def test_noise_is_never_claimed_as_a_shift(seed):
    random = np.random.default_rng(seed)
    scada, settlement = (random.integers(0, KWH, 96) for _ in range(2))
    assert shift_of(scada, settlement).verdict != ShiftVerdict.SHIFTED


def test_too_few_intervals_tell_nothing(serf_east):
    day = serf_east[40:89]
    found = shift_of(day[1:], day[:-1])  # 48 intervals, 46 of them with both neighbours
    assert (found.verdict, found.intervals, found.best) == (ShiftVerdict.UNDETERMINED, 46, None)


def test_a_plant_at_rest_tells_nothing():
    still = np.zeros(96, np.int64)
    assert shift_of(still, still).verdict == ShiftVerdict.UNDETERMINED


def test_only_intervals_with_both_neighbours_are_compared(serf_east):
    some = compared(serf_east, serf_east)
    usable = some.both.copy()
    usable[100] = False
    assert shift_test(some, usable).intervals == 672 - 2 - 3
    gap = replace(some, start=some.start + (np.arange(672) >= 100) * QUARTER_US)
    assert shift_test(gap, gap.both).intervals == 672 - 2 - 2
