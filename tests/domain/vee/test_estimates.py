"""The ladder of estimates: which rung carries, and what it gives to the last digit."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.vee.estimates import Evidence, Method, UnfittingTotalError, estimate
from gridfeed.domain.vee.fit import distributed, fitted
from gridfeed.domain.vee.series import laid_out
from gridfeed.domain.words import Channel
from tests.domain.vee.quarters import DAY, QUARTER, at, quarters

DENVER = ZoneInfo("America/Denver")


def evidence_of(series, telemetry=None):
    return Evidence(series, series.known, DENVER, telemetry or {})


def estimated(series, telemetry=None, total=None):
    return estimate(evidence_of(series, telemetry), ~series.known, total)


def energies(found):
    return [each.energy_microkwh for each in found]


def test_a_short_hole_is_a_straight_line_between_its_neighbours():
    found = estimated(quarters([10.0, None, None, None, 30.0]))
    assert energies(found) == [3_750_000, 5_000_000, 6_250_000]
    assert {each.method for each in found} == {Method.LINEAR}
    assert found[0].inputs == {
        "before": {"interval_start": "2026-03-02T12:00:00Z", "energy_kwh": "2.500000"},
        "after": {"interval_start": "2026-03-02T13:00:00Z", "energy_kwh": "7.500000"},
        "sum_kwh": "15.000000",
    }


def test_each_value_of_a_line_is_rounded_once_half_to_even():
    rows = [(at(0), QUARTER, 0), (at(3), QUARTER, 1)]
    assert energies(estimated(laid_out(Channel.NET, rows, at(0), at(4)))) == [0, 1]  # 1/3, 2/3
    rows = [(at(0), QUARTER, 0), (at(2), QUARTER, 5)]
    assert energies(estimated(laid_out(Channel.NET, rows, at(0), at(3)))) == [2]  # 2.5


@pytest.mark.parametrize(("missing", "found"), [(8, 8), (9, 0)])
def test_a_line_reaches_over_two_hours(missing, found):
    assert len(estimated(quarters([10.0, *[None] * missing, 30.0]))) == found


def test_a_line_needs_trusted_values_on_both_sides():
    assert estimated(quarters([10.0, None, None])) == []
    series = quarters([10.0, None, 90.0])
    trusted = np.array([True, False, False])
    assert estimate(replace(evidence_of(series), trusted=trusted), ~series.known) == []


def hole(before, missing, after):
    """Return settlement with a hole too long for a line."""
    return quarters([*before, *[None] * missing, *after])


def test_a_long_hole_takes_the_shape_of_telemetry_scaled_by_the_ratio_around_it():
    series = hole([40.0, 40.0], 12, [20.0, 20.0])
    scada = {at(0): 11_000_000, at(1): 9_000_000, at(14): 5_500_000, at(15): 4_500_000}
    scada |= {at(place): place * 1_000_000 for place in range(2, 14)}
    found = estimated(series, scada)
    assert energies(found) == [place * 1_000_000 for place in range(2, 14)]  # ratio 30 to 30
    halved = {start: 2 * energy for start, energy in scada.items()}
    assert energies(estimated(series, halved)) == energies(found)
    assert found[0].method is Method.SCADA_SHAPE
    assert found[0].inputs == {
        "scada_kwh": "2.000000",
        "settlement_around_kwh": "30.000000",
        "scada_around_kwh": "30.000000",
        "intervals_around": 4,
    }


def test_with_a_total_the_shape_of_telemetry_is_scaled_to_it_exactly():
    series = hole([0.0], 12, [0.0])
    scada = {at(place): 1_000_000 for place in range(1, 13)}
    found = estimated(series, scada, total=10_000_001)
    assert sum(energies(found)) == 10_000_001
    assert energies(found) == [833_334] * 5 + [833_333] * 7
    assert found[0].inputs["total"] == {
        "how": "scaled", "intervals": 12, "sum_kwh": "10.000001",
    }  # fmt: skip


def test_a_hole_without_telemetry_takes_the_mean_of_the_nearest_days_at_the_same_time():
    powers = [float(day + 1) for day in range(7) for _ in range(DAY)]
    powers[3 * DAY : 4 * DAY] = [None] * DAY
    found = estimated(quarters(powers))
    assert {each.method for each in found} == {Method.REFERENCE_DAYS}
    assert len(found) == DAY
    assert energies(found)[0] == 1_000_000  # days of 2, 3, 5 and 6 kW: 4 kW
    days = [each["interval_start"] for each in found[0].inputs["days"]]
    assert days == [f"2026-03-{day:02}T12:00:00Z" for day in (3, 4, 6, 7)]


def test_station_load_is_estimated_from_days_of_its_type_in_local_time():
    # Two weeks from Monday 2026-03-02 in Denver; clocks go forward on Sunday the 8th.
    start = datetime(2026, 3, 2, 7, tzinfo=UTC)
    powers = []
    for place in range(14 * DAY):
        local = datetime.fromtimestamp(at(place, start) / 1e6, DENVER)
        office = local.weekday() < 5 and 8 <= local.hour < 17
        powers.append(-9.0 if office else -1.0)
    wednesday = range(9 * DAY, 10 * DAY)
    lost = [None if place in wednesday else power for place, power in enumerate(powers)]
    found = estimated(quarters(lost, Channel.STATION_LOAD, start))
    assert energies(found) == [round(powers[place] * 250_000) for place in wednesday]


def test_one_day_is_no_average():
    assert estimated(quarters([*[None] * DAY, *[5.0] * DAY])) == []


def test_where_no_rung_carries_there_is_no_estimate_and_no_total_can_be_met():
    series = hole([10.0], 12, [10.0])
    assert estimated(series) == []
    with pytest.raises(UnfittingTotalError, match="12 of 12 intervals"):
        estimated(series, total=5)


def test_a_hole_may_be_estimated_in_parts_by_different_rungs():
    powers = [5.0] * (3 * DAY)
    powers[DAY : DAY + 12] = [None] * 12
    series = quarters(powers)
    scada = {at(place): 1_250_000 for place in range(3 * DAY) if place not in {DAY, DAY + 1}}
    methods = [each.method for each in estimated(series, scada)]
    assert methods == [Method.REFERENCE_DAYS] * 2 + [Method.SCADA_SHAPE] * 10


def test_amounts_that_cancel_out_are_shifted_to_a_total_and_not_blown_up():
    assert fitted([5, -4, 0], 4) == ([6, -3, 1], "shifted")
    assert fitted([5, 4, 1], 20) == ([10, 8, 2], "scaled")
    assert fitted([0, 0], 3) == ([2, 1], "shifted")


@given(
    st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=40),
    st.integers(-(10**13), 10**13),
)
def test_fitted_amounts_sum_to_the_total_exactly_and_each_is_rounded_by_less_than_one(
    amounts, total
):
    values, how = fitted(amounts, total)
    assert sum(values) == total
    if how == "scaled":
        exact = [Fraction(each * total, sum(amounts)) for each in amounts]
        assert all(abs(value - each) < 1 for value, each in zip(values, exact, strict=True))


def test_the_largest_remainders_are_rounded_up_first():
    thirds = [Fraction(1, 3), Fraction(2, 3), Fraction(1, 2), Fraction(1, 2)]
    assert distributed(thirds, 2) == [0, 1, 1, 0]


@given(st.lists(st.none() | st.integers(0, 100), min_size=3, max_size=300), st.booleans())
def test_estimates_are_of_the_wanted_intervals_only_and_their_inputs_are_json(powers, with_scada):
    series = quarters(powers)
    scada = {at(place): 1_000 for place in range(0, len(powers), 2)} if with_scada else {}
    found = estimated(series, scada)
    wanted = {
        start
        for start, known in zip(series.start_us.tolist(), series.known, strict=True)
        if not known
    }
    assert {each.start_us for each in found} <= wanted
    assert [each.start_us for each in found] == sorted({each.start_us for each in found})
    assert all(orjson.loads(orjson.dumps(each.inputs)) == each.inputs for each in found)
