"""The plain computation behind `verify` and `explain`: golden vectors, and the other reference."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.telemetry.plain import PlainSample, Rule, reached, value_of, winners
from gridfeed.domain.words import PointQuality, ReadingQuality
from tests import reference

MINUTE = 60_000_000
MW = 10**12  # in 10^-9 kW, as it comes
PUBLISHED_MW = MWH = 10**9  # in 10^-6 kW and kWh
QUARTER = Rule(15 * MINUTE, 0, 15 * MINUTE, linear=False)
SLOPED = Rule(15 * MINUTE, 0, 15 * MINUTE, linear=True)
GOOD, BAD, SUBSTITUTED = PointQuality.GOOD, PointQuality.BAD, PointQuality.SUBSTITUTED


def sample(minute, megawatts, quality=GOOD, offset=0):
    return PlainSample(minute * MINUTE, megawatts * MW, quality, 1, offset)


def mwh(value):
    return Fraction(value.energy, MWH)


def test_steps_of_10_20_10_mw_average_13_3_mw():
    value = value_of([sample(0, 10), sample(5, 20), sample(10, 10)], QUARTER, 0)

    assert value.mean == 13_333_333_333
    assert value.energy == 3_333_333_333
    assert value.peak == 20 * PUBLISHED_MW
    assert value.quality is ReadingQuality.CALCULATED


@pytest.mark.parametrize(("rule", "expected"), [(QUARTER, 0), (SLOPED, Fraction("3.75"))])
def test_a_ramp_from_0_to_30_mw_is_nothing_as_a_step_and_3_75_mwh_as_a_line(rule, expected):
    assert mwh(value_of([sample(0, 0), sample(15, 30)], rule, 0)) == expected


def test_the_last_sample_before_gives_the_power_at_the_left_edge():
    # (12 x 3 + 18 x 8 + 6 x 4) / 15 = 13.6 MW
    value = value_of([sample(-7, 12), sample(3, 18), sample(11, 6)], QUARTER, 0)

    assert (value.mean, mwh(value)) == (13_600_000_000, Fraction("3.4"))


def test_bad_quality_from_minute_11_leaves_73_percent_and_a_scaled_estimate():
    value = value_of([sample(-7, 12), sample(3, 18), sample(11, 6, BAD)], QUARTER, 0)

    assert Fraction(value.coverage, 15 * MINUTE) == Fraction(11, 15)
    assert value.mean == 16_363_636_364
    assert value.energy == 4_090_909_091
    assert value.longest_gap == 4 * MINUTE
    assert value.quality is ReadingQuality.ESTIMATED


def test_a_late_sample_changes_its_interval_and_the_carry_into_the_next():
    late = [sample(-7, 12), sample(3, 18), sample(11, 6), sample(13, 30)]

    assert mwh(value_of(late, QUARTER, 0)) == Fraction("4.2")
    assert mwh(value_of(late, QUARTER, 15 * MINUTE)) == Fraction("7.5")  # 30 MW held 13 of 15 min


def test_covered_for_less_than_half_an_interval_has_no_value():
    value = value_of([sample(8, 10)], QUARTER, 0)

    assert (value.energy, value.mean, value.peak, value.quality) == (None, None, None, None)
    assert (value.coverage, value.longest_gap, value.samples) == (7 * MINUTE, 8 * MINUTE, 1)


def test_half_an_interval_of_substituted_power_is_an_estimate_of_the_exact_integral():
    value = value_of([sample(0, 10), sample(7, 10, SUBSTITUTED)], QUARTER, 0)

    assert mwh(value) == Fraction("2.5")
    assert value.quality is ReadingQuality.ESTIMATED


def test_of_one_instant_the_highest_offset_counts_whatever_came_first():
    assert winners([sample(1, 5, offset=9), sample(1, 4, offset=8)]) == [sample(1, 5, offset=9)]


def test_a_hold_reaches_intervals_that_have_no_sample_and_bad_reaches_none():
    assert reached([sample(14, 1)], QUARTER) == [0, 15 * MINUTE]
    assert reached([sample(14, 1), sample(16, 1, BAD)], QUARTER) == [0, 15 * MINUTE]
    assert reached([sample(14, 1, BAD)], QUARTER) == [0]


samples = st.builds(
    reference.Sample,
    st.integers(0, 1_000),
    st.integers(-50, 50) | st.integers(-2_000, 2_000) | st.integers(-(10**16), 10**16),
    st.sampled_from(PointQuality),
    st.integers(0, 2),
    st.integers(0, 50),
)
rules = st.builds(
    reference.Rule, st.integers(1, 120), st.integers(0, 7), st.integers(1, 300), st.booleans()
)


@given(st.lists(samples, max_size=30), rules)
def test_it_equals_the_other_slow_reference(series, rule):
    mine = winners([PlainSample(*each) for each in series])
    own_rule = Rule(*rule)

    starts = reached(mine, own_rule)
    theirs = reference.values(series, rule)

    assert starts == list(theirs)
    for start in starts:
        value = value_of(mine, own_rule, start)
        assert theirs[start] == (
            value.energy,
            value.mean,
            value.peak,
            value.quality,
            value.coverage,
            value.longest_gap,
            value.samples,
        )
