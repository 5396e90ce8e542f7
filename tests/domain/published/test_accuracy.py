"""Metrics by hand, and sums that add exactly."""

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.published.accuracy import Column, Pairs, Sums, metrics, sums_by, total

QUARTER_US = 900_000_000
KWH = 1_000_000
Energies = Sequence[float | None]


def column(energies: Energies) -> Column:
    return Column.of(None if energy is None else round(energy * KWH) for energy in energies)


def pairs(forecast: Energies, observed: Energies, **columns: Energies) -> Pairs:
    """Energies in kWh; capacity in kW, 8 where it is not given."""
    none: Energies = [None] * len(forecast)
    capacity = columns.get("capacity", [8] * len(forecast))
    return Pairs(
        column(forecast).energy,
        column(observed).energy,
        column(capacity).energy,
        *(column(columns.get(name, none)) for name in ("reference", "p10", "p90")),
    )


def sums_of(some: Pairs) -> Sums:
    return sums_by(some, np.zeros(len(some.forecast), np.int64))[0]


#: Errors of +1, -1, +2 and 0 kWh in a quarter of an hour: +4, -4, +8 and 0 kW; 8 kW of capacity.
FORECAST, OBSERVED = [2, 1, 3, 0], [1, 2, 1, 0]


def test_error_is_forecast_minus_observed_as_mean_power():
    found = metrics(sums_of(pairs(FORECAST, OBSERVED)), QUARTER_US)
    assert found.mae == (4 + 4 + 8 + 0) / 4
    assert found.bias == (4 - 4 + 8 + 0) / 4  # positive: less was produced than forecast
    assert found.rmse == pytest.approx(sqrt((16 + 16 + 64 + 0) / 4), rel=1e-15)


def test_normalised_metrics_are_shares_of_capacity():
    found = metrics(sums_of(pairs(FORECAST, OBSERVED)), QUARTER_US)
    assert found.nmae == 4 / 8
    assert found.nmbe == 2 / 8
    assert found.nrmse == pytest.approx(sqrt(24) / 8, rel=1e-15)


def test_capacity_that_grew_counts_with_its_mean():
    found = metrics(sums_of(pairs(FORECAST, OBSERVED, capacity=[8, 8, 16, 32])), QUARTER_US)
    assert found.nmae == 4 / 16


def test_skill_compares_with_persistence_over_the_same_pairs():
    # Squares of the forecast where persistence has one: 1 + 1 + 4; of persistence: 4 + 16 + 4.
    reference = [3, 6, 3, None]
    found = metrics(sums_of(pairs(FORECAST, OBSERVED, reference=reference)), QUARTER_US)
    assert found.skill == 1 - sqrt(6 / 24) == 0.5


def test_there_is_no_skill_without_persistence_or_against_a_perfect_one():
    assert metrics(sums_of(pairs(FORECAST, OBSERVED)), QUARTER_US).skill is None
    assert metrics(sums_of(pairs(FORECAST, OBSERVED, reference=OBSERVED)), QUARTER_US).skill is None


def test_pinball_loss_weighs_a_quantile_by_the_side_it_missed_on():
    # p10 = 1: observed 3 is 2 above: 0.1 x 2; observed 0 is 1 below: 0.9 x 1. In kW times 4.
    found = metrics(sums_of(pairs([2, 2, 2], [3, 0, 1], p10=[1, 1, None])), QUARTER_US)
    assert found.pinball_p10 == pytest.approx((0.2 + 0.9) / 2 * 4, rel=1e-15)
    assert found.p10_reached == 1 / 2
    # p90 = 2: observed 3 is 1 above: 0.9 x 1; observed 0 is 2 below: 0.1 x 2; 1: 0.1 x 1.
    found = metrics(sums_of(pairs([2, 2, 2], [3, 0, 1], p90=[2, 2, 2])), QUARTER_US)
    assert found.pinball_p90 == pytest.approx((0.9 + 0.2 + 0.1) / 3 * 4, rel=1e-15)
    assert found.p90_reached == 2 / 3


def test_nothing_scored_has_no_metrics():
    assert sums_by(pairs([], []), np.zeros(0, np.int64)) == {}
    found = metrics(Sums(), QUARTER_US)
    assert {getattr(found, name) for name in found.__slots__} == {None}


def test_sums_of_a_giant_plant_do_not_overflow():
    # 10^12 kWh squared is 10^24 kWh^2, in 10^-12 kWh^2: 10^36.
    assert sums_of(pairs([1e12, 1e12], [0, 0])).square == 2 * 10**36


ENERGY = st.integers(-(10**17), 10**17)
ROW = st.tuples(
    ENERGY, ENERGY, st.integers(1, 10**16), *[st.none() | ENERGY] * 3, st.integers(0, 3)
)


def of_rows(rows: Sequence[tuple[int | None, ...]]) -> Pairs:
    forecast, observed, capacity, *others = ([row[n] for row in rows] for n in range(6))
    ints = (np.array(column, np.int64) for column in (forecast, observed, capacity))
    return Pairs(*ints, *map(Column.of, others))


def plainly(rows: Sequence[tuple[int | None, ...]]) -> Sums:
    sums = Sums()
    for forecast, observed, capacity, reference, p10, p90, _ in rows:
        error = forecast - observed
        sums = sums.plus(Sums(1, observed, error, abs(error), error**2, capacity))
        if reference is not None:
            missed = (reference - observed) ** 2
            sums = sums.plus(
                Sums(referenced=1, referenced_square=error**2, reference_square=missed)
            )
        if p10 is not None:
            loss = observed - p10 if observed > p10 else 9 * (p10 - observed)
            sums = sums.plus(Sums(p10_pairs=1, p10_loss=loss, p10_reached=observed <= p10))
        if p90 is not None:
            loss = 9 * (observed - p90) if observed > p90 else p90 - observed
            sums = sums.plus(Sums(p90_pairs=1, p90_loss=loss, p90_reached=observed <= p90))
    return sums


@given(st.lists(ROW, max_size=30))
def test_columns_score_as_a_plain_loop_does(rows):
    groups = np.array([row[-1] for row in rows], np.int64)
    found = sums_by(of_rows(rows), groups)
    assert found == {
        group: plainly([row for row in rows if row[-1] == group]) for group in set(groups.tolist())
    }


@given(st.lists(ROW, min_size=1, max_size=30), st.integers(0, 30))
def test_sums_of_parts_are_the_sum_of_all(rows, cut):
    parts = [sums_of(of_rows(part)) for part in (rows[:cut], rows[cut:]) if part]
    assert total(parts) == sums_of(of_rows(rows))
    assert total(parts[::-1]) == total(parts)


@given(st.lists(ROW, min_size=1, max_size=30))
def test_rmse_is_at_least_mae_and_mae_at_least_the_bias(rows):
    found = metrics(sums_of(of_rows(rows)), QUARTER_US)
    slack = 1 + 1e-12
    assert abs(found.bias) <= found.mae * slack
    assert found.mae <= found.rmse * slack


def test_a_forecast_of_persistence_itself_has_no_skill():
    some = pairs(FORECAST, OBSERVED, reference=FORECAST)
    assert metrics(sums_of(some), QUARTER_US).skill == 0
    better = replace(some, forecast=some.observed)
    assert metrics(sums_of(better), QUARTER_US).skill == 1
