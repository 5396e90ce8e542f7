"""Checks flag what is implausible and leave alone what plants do."""

from dataclasses import replace
from datetime import UTC, datetime
from math import sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.vee.checks import DEFAULTS, check
from gridfeed.domain.vee.series import Flag, laid_out
from gridfeed.domain.words import Channel, Technology
from tests.domain.vee.quarters import PLANT, QUARTER, at, flagged, quarters

SOLAR = replace(PLANT, technology=Technology.SOLAR, latitude=39.74, longitude=-105.18)


def test_missing_and_unknown_values_are_gaps():
    rows = [(at(0), QUARTER, 1), (at(1), QUARTER, None), (at(4), QUARTER, 1)]
    series = laid_out(Channel.NET, rows, at(-2), at(7))
    assert series.start_us.tolist() == [at(place) for place in range(-2, 7)]
    assert flagged(Flag.GAP, series) == [0, 1, 3, 4, 5, 7, 8]  # there are 2 and 6


def test_a_hole_is_filled_with_intervals_as_long_as_the_one_before_it():
    rows = [(at(0), QUARTER, 1), (at(4), 4 * QUARTER, 1), (at(12), 4 * QUARTER, 1)]
    series = laid_out(Channel.NET, rows, at(0), at(16))
    lengths = (series.length_us // QUARTER).tolist()
    assert lengths == [1, 1, 1, 1, 4, 4, 4]
    assert flagged(Flag.GAP, series) == [1, 2, 3, 5]


def test_of_no_values_nothing_is_expected():
    series = laid_out(Channel.NET, [], at(0), at(96))
    assert len(series) == 0
    assert all(not rows.any() for rows in check(series, PLANT).values())


@pytest.mark.parametrize(("equal", "found"), [(7, []), (8, list(range(1, 9)))])
def test_a_value_is_stuck_once_it_repeats_for_two_hours(equal, found):
    series = quarters([10.0, *[40.0] * equal, 12.0])
    assert flagged(Flag.STUCK, series) == found


def test_equal_values_are_chance_below_three_intervals_however_long():
    rows = [(at(12 * place), 12 * QUARTER, 30_000_000) for place in range(2)]
    assert flagged(Flag.STUCK, laid_out(Channel.NET, rows, at(0), at(24))) == []


@pytest.mark.parametrize("power", [0.0, -0.4, 0.4])
def test_a_plant_that_does_not_generate_may_stand_still(power):
    assert flagged(Flag.STUCK, quarters([power] * 96)) == []


@pytest.mark.parametrize(
    ("technology", "power"),
    [(Technology.SOLAR, 96.0), (Technology.HYDRO, 40.0), (Technology.STORAGE, 40.0)],
)
def test_what_is_clipped_or_dispatched_is_stuck_only_after_a_day(technology, power):
    plant = replace(PLANT, technology=technology)
    assert flagged(Flag.STUCK, quarters([power] * 95), plant) == []
    assert flagged(Flag.STUCK, quarters([power] * 96), plant) == list(range(96))


def test_a_gap_ends_a_run_of_equal_values():
    assert flagged(Flag.STUCK, quarters([40.0] * 7 + [None] + [40.0] * 7)) == []


def test_station_load_may_be_constant():
    assert flagged(Flag.STUCK, quarters([-3.0] * 96, Channel.STATION_LOAD)) == []


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (74.0, []),  # 24 kW beyond the nearer neighbour: less than a quarter of the capacity
        (76.0, [10]),
        (26.0, []),
        (24.0, [10]),
    ],
)
def test_a_spike_lies_a_quarter_of_the_capacity_beyond_both_neighbours(value, found):
    powers = [50.0] * 20
    powers[10] = value
    assert flagged(Flag.SPIKE, quarters(powers)) == found


def test_a_step_is_no_spike():
    assert flagged(Flag.SPIKE, quarters([20.0] * 10 + [80.0] * 10)) == []


def test_neighbours_that_do_not_agree_make_no_spike():
    assert flagged(Flag.SPIKE, quarters([10.0] * 9 + [30.0, 65.0, 10.0] + [10.0] * 9)) == []


def test_what_would_be_a_spike_on_a_clear_day_is_weather_on_a_cloudy_one():
    clear, cloudy = [60.0] * 21, [60.0, 45.0] * 10 + [60.0]
    for powers in (clear, cloudy):
        powers[10] = 10.0
    assert flagged(Flag.SPIKE, quarters(clear)) == [10]
    assert flagged(Flag.SPIKE, quarters(cloudy)) == []


def test_a_value_alone_between_long_gaps_is_not_judged_by_far_neighbours():
    powers = [20.0, *[None] * 9, 90.0, *[None] * 9, 20.0]
    assert flagged(Flag.SPIKE, quarters(powers)) == []
    assert flagged(Flag.SPIKE, quarters([20.0, None, 90.0, None, 20.0])) == [2]


def test_the_high_limit_is_a_tenth_above_capacity():
    assert flagged(Flag.HIGH_LIMIT, quarters([110.0, 110.1])) == [1]


def test_the_low_limit_is_minus_the_station_load_and_not_zero():
    declared = replace(PLANT, station_load_microkw=2_000_000)
    assert flagged(Flag.LOW_LIMIT, quarters([0.0, -2.2, -2.3]), declared) == [2]
    assert flagged(Flag.LOW_LIMIT, quarters([-5.0, -5.1])) == [1]  # undeclared: 5 % of capacity


def test_storage_charges_with_all_its_capacity():
    battery = replace(PLANT, technology=Technology.STORAGE)
    assert flagged(Flag.LOW_LIMIT, quarters([-110.0, -110.1]), battery) == [1]


def test_station_load_generates_nothing():
    assert flagged(Flag.HIGH_LIMIT, quarters([0.4, 0.6], Channel.STATION_LOAD)) == [1]


def test_solar_power_at_night_is_flagged_and_at_dusk_is_not():
    # Golden, Colorado, 2022-03-19: sunset 01:09 UTC, end of civil twilight 01:36.
    evening = quarters([1.0] * 12, start=datetime(2022, 3, 19, tzinfo=UTC))
    assert flagged(Flag.DAYLIGHT, evening, SOLAR) == [7, 8, 9, 10, 11]  # from 01:45


def test_without_coordinates_or_sun_nothing_is_said_of_daylight():
    night = quarters([1.0] * 4, start=datetime(2022, 3, 19, 6, tzinfo=UTC))
    for plant in (replace(SOLAR, latitude=None, longitude=None),
                  replace(SOLAR, technology=Technology.WIND)):  # fmt: skip
        assert flagged(Flag.DAYLIGHT, night, plant) == []
    assert flagged(Flag.DAYLIGHT, night, SOLAR) == [0, 1, 2, 3]


def test_station_load_at_night_is_not_generation():
    night = quarters([-1.0, 0.4], start=datetime(2022, 3, 19, 6, tzinfo=UTC))
    assert flagged(Flag.DAYLIGHT, night, SOLAR) == []


def test_intervals_that_do_not_sum_to_the_register_are_flagged():
    series = quarters([10.0] * 6)
    found = check(series, PLANT, DEFAULTS, [(at(1), at(3))])[Flag.REGISTER]
    assert found.nonzero()[0].tolist() == [1, 2]


def test_a_day_of_a_plant_that_works_has_no_flag():
    powers = [max(-0.3, 90 * sin((place - 24) / 48 * 3.14159)) for place in range(96)]
    flags = check(quarters(powers), PLANT)
    assert not any(rows.any() for rows in flags.values())


@given(st.lists(st.none() | st.integers(-300, 300), min_size=1, max_size=60))
def test_checks_change_nothing_and_say_something_of_every_interval(powers):
    series = quarters(powers)
    energy, known = series.energy.copy(), series.known.copy()
    flags = check(series, SOLAR)
    assert set(flags) == set(Flag)
    assert {len(rows) for rows in flags.values()} == {len(powers)}
    assert np.array_equal(series.energy, energy)
    assert np.array_equal(series.known, known)
    value_flags = np.logical_or.reduce([flags[flag] for flag in Flag if flag is not Flag.GAP])
    assert not (value_flags & ~known).any()
