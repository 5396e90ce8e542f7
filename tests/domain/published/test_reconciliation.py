"""SCADA against settlement by hand: bands, statuses, sums."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.published.accuracy import Column
from gridfeed.domain.published.reconciliation import Balance, Compared, Status, Tolerance, balances

QUARTER_US = 900_000_000
KWH = 1_000_000
DEFAULT = Tolerance()
Energies = Sequence[float | None]


def compared(
    scada: Energies, settlement: Energies, coverage: float = 1, capacity: float = 40
) -> Compared:
    """Consecutive quarter hours; energies in kWh, capacity in kW."""
    rows = len(scada)
    return Compared(
        start=np.arange(rows) * QUARTER_US,
        length_us=QUARTER_US,
        scada=_column(scada),
        settlement=_column(settlement),
        covered_us=np.full(rows, round(coverage * QUARTER_US)),
        capacity=np.full(rows, round(capacity * KWH)),
    )


def _column(energies: Energies) -> Column:
    return Column.of(None if energy is None else round(energy * KWH) for energy in energies)


def balance(some: Compared) -> Balance:
    return balances(some, np.zeros(len(some.start), np.int64))[0]


def status(scada: float | None, settlement: float | None, coverage: float = 1) -> Status:
    return balance(compared([scada], [settlement], coverage)).status(DEFAULT)


def test_the_band_is_two_percent_of_energy_or_half_a_percent_of_capacity():
    # 40 kW make at most 10 kWh in a quarter: 0.5 % of it are 0.05 kWh, 2 % of 9 kWh are 0.18.
    assert balance(compared([9], [9])).band(DEFAULT) == 180_000
    assert balance(compared([1], [1])).band(DEFAULT) == 50_000
    # Of a draw of the station at night the energy counts without its sign.
    assert balance(compared([-9], [-9])).band(DEFAULT) == 180_000


def test_a_difference_on_the_edge_of_the_band_is_within():
    assert status(8.82, 9) == Status.WITHIN
    assert status(8.819999, 9) == Status.OUTSIDE
    assert status(9.18, 9) == Status.WITHIN
    assert status(9.180001, 9) == Status.OUTSIDE


def test_tolerances_are_parameters():
    wide = Tolerance(of_energy=Fraction(10, 100))
    assert balance(compared([8.2], [9])).status(wide) == Status.WITHIN
    assert balance(compared([8.2], [9])).status(DEFAULT) == Status.OUTSIDE


def test_what_is_missing_is_said_and_never_counted_as_zero():
    assert status(None, 9) == Status.SCADA_MISSING
    assert status(9, None) == Status.SETTLEMENT_MISSING
    assert status(None, None) == Status.BOTH_MISSING
    missing = balance(compared([None], [9]))
    assert missing.difference is missing.percent is missing.coverage is None
    assert missing.band(DEFAULT) is None


def test_a_badly_covered_interval_is_not_judged():
    assert status(5, 9, coverage=0.949999) == Status.LOW_COVERAGE
    assert status(5, 9, coverage=0.95) == Status.OUTSIDE


def test_difference_is_settlement_minus_scada():
    found = balance(compared([10], [9.8]))
    assert found.difference == -200_000
    assert found.percent == 100 * -0.2 / 9.8


def test_a_day_is_compared_over_the_intervals_that_have_both():
    day = balance(compared([10, 10, None, 7], [9, 11, 8, None]))
    assert (day.scada, day.settlement) == (20_000_000, 20_000_000)
    assert (day.every_scada, day.every_settlement) == (27_000_000, 28_000_000)
    assert (day.intervals, day.both) == (4, 2)
    assert (day.without_scada, day.without_settlement) == (1, 1)
    assert day.status(DEFAULT) == Status.WITHIN


def test_a_day_without_any_pair_says_what_is_missing_most():
    assert balance(compared([1, None], [None, None])).status(DEFAULT) == Status.SETTLEMENT_MISSING
    assert balance(compared([None, None], [None, 1])).status(DEFAULT) == Status.SCADA_MISSING


def test_coverage_of_a_day_is_weighted_by_time():
    some = compared([1, 1, 1, None], [1, 1, 1, 1])
    half = replace(some, covered_us=np.array([1, 0.5, 1, 0]) * QUARTER_US)
    assert balance(half).coverage == 2.5 / 3


def test_a_month_of_a_giant_does_not_overflow():
    rows = 2976
    giant = compared([2.5e6] * rows, [2.5e6] * rows, capacity=1e7)
    assert balance(giant).capacity_us == rows * 10**13 * QUARTER_US
    assert balance(giant).band(DEFAULT) == rows * 50_000 * KWH


ENERGY = st.none() | st.integers(-(10**6), 10**6) | st.integers(-(10**15), 10**15)
ROW = st.tuples(ENERGY, ENERGY, st.integers(0, QUARTER_US), st.integers(0, 3))


@given(st.lists(ROW, max_size=30))
def test_balances_are_those_of_a_plain_loop_and_add_up(rows):
    columns = [[row[n] for row in rows] for n in range(4)]
    some = Compared(
        np.arange(len(rows)) * QUARTER_US, QUARTER_US, Column.of(columns[0]),
        Column.of(columns[1]), np.array(columns[2], np.int64), np.full(len(rows), 40 * KWH),
    )  # fmt: skip
    found = balances(some, np.array(columns[3], np.int64))
    plain: dict[int, Balance] = {}
    for scada, settlement, covered, group in rows:
        both = scada is not None and settlement is not None
        here = Balance(
            intervals=1, both=both, without_scada=scada is None,
            without_settlement=settlement is None, every_scada=scada or 0,
            every_settlement=settlement or 0,
        )  # fmt: skip
        if both:
            here = replace(
                here, scada=scada, settlement=settlement, covered_us=covered, time_us=QUARTER_US,
                capacity_us=40 * KWH * QUARTER_US,
            )  # fmt: skip
        plain[group] = plain.get(group, Balance()).plus(here)
    assert found == plain
    singly = balances(some, np.arange(len(rows)))
    assert some.statuses(DEFAULT) == [each.status(DEFAULT) for each in singly.values()]
    if rows:
        everything = Balance()
        for part in found.values():
            everything = everything.plus(part)
        assert everything == balance(some)
