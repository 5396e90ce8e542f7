"""The rule of interval energy in numbers that a pocket calculator confirms.

Every case is checked on the kernel and on the reference. MW stand as 1,000 kW.
"""

from fractions import Fraction

import numpy as np
import pytest

from gridfeed.domain.telemetry.rollup import ROLLUP_QUALITIES, roll_up
from gridfeed.domain.telemetry.samples import MAX_POWER, Samples
from gridfeed.domain.words import PointQuality, ReadingQuality
from tests.domain.telemetry.series import prepared, values_of, windows_of
from tests.reference import Rule, Sample, Value, values

MINUTE = 60_000_000
QUARTER = 15 * MINUTE
DAY = 96 * QUARTER
MW = 1_000 * 10**6  # in 10^-6 kW, as it is published; samples are of 10^-9 kW
MWH = 1_000 * 10**6  # in 10^-6 kWh
STEP = Rule(QUARTER, 0, hold=60 * MINUTE, linear=False)
LINEAR = STEP._replace(linear=True)
HOUR = STEP._replace(length=60 * MINUTE)

GOOD, UNCERTAIN, BAD, SUBSTITUTED = PointQuality
CALCULATED, ESTIMATED = ReadingQuality.CALCULATED, ReadingQuality.ESTIMATED


def at(minute: float, megawatt: float, quality: PointQuality = GOOD) -> Sample:
    """Minutes count from 00:00."""
    return Sample(round(minute * MINUTE), round(megawatt * MW * 1_000), quality)


def value_at(minute: int, samples: list[Sample], rule: Rule = STEP) -> Value:
    """Return what kernel and reference both say about the interval that starts at the minute."""
    start = minute * MINUTE
    [value] = values_of(roll_up(*prepared(samples, rule, [start])))
    assert value == values(samples, rule)[start]
    return value


def rounded(numerator: int, denominator: int, unit: int) -> int:
    return round(Fraction(numerator * unit, denominator))


def test_step_the_last_value_is_held_to_the_end():
    value = value_at(0, [at(0, 10), at(5, 20), at(10, 10)])
    assert value.mean == rounded(40, 3, MW) == 13_333_333_333  # 13.333... MW
    assert value.energy == rounded(10, 3, MWH) == 3_333_333_333  # 3.3333... MWh
    assert value.peak == 20 * MW
    assert (value.quality, value.coverage_us, value.longest_gap_us) == (CALCULATED, QUARTER, 0)
    assert value.samples == 3


def test_step_and_linear_differ_on_a_ramp():
    ramp = [at(0, 0), at(15, 30)]
    assert value_at(0, ramp, STEP).energy == 0
    linear = value_at(0, ramp, LINEAR)
    assert linear.energy == 3.75 * MWH
    assert (linear.mean, linear.peak) == (15 * MW, 30 * MW)


CARRIED = [at(-7, 12), at(3, 18), at(11, 6)]  # the last sample before is of 23:53


def test_the_left_edge_has_the_power_of_the_last_sample_before_it():
    value = value_at(0, CARRIED)  # (12 x 3 + 18 x 8 + 6 x 4) / 60
    assert value.energy == 3.4 * MWH
    assert value.mean == 13.6 * MW
    assert value.samples == 2


def test_bad_quality_covers_nothing_and_the_rest_is_scaled():
    value = value_at(0, [at(-7, 12), at(3, 18), at(11, 6, BAD)])
    assert value.coverage_us == 11 * MINUTE  # 73.33 % of 15
    assert value.mean == rounded(180, 11, MW) == 16_363_636_364  # 180 MW-min in 11 min
    assert value.mean * 11 // 60 // MWH == 3  # measured: 3.0 MWh
    assert value.energy == rounded(3 * 15, 11, MWH) == 4_090_909_091
    assert value.quality == ESTIMATED
    assert (value.longest_gap_us, value.samples) == (4 * MINUTE, 2)


def test_a_late_sample_changes_every_interval_its_hold_reaches_and_no_other():
    before = [*CARRIED, at(30, 10)]
    after = [*before, at(13, 30)]
    old, new = values(before, STEP), values(after, STEP)
    changed = [start for start in new if new[start] != old.get(start)]
    assert changed == [0, QUARTER]
    assert (value_at(0, before).energy, value_at(0, after).energy) == (3.4 * MWH, 4.2 * MWH)
    assert value_at(0, after).mean == 16.8 * MW  # (36 + 144 + 12 + 60) / 15
    assert (value_at(15, before).energy, value_at(15, after).energy) == (1.5 * MWH, 7.5 * MWH)
    assert (value_at(15, before).samples, value_at(15, after).samples) == (0, 0)


COVERED = 95 * QUARTER // 100


@pytest.mark.parametrize(
    ("covered", "quality", "energy"),
    [
        (QUARTER, CALCULATED, 1_500_000_000),
        (COVERED, CALCULATED, 1_425_000_000),  # exactly 95 %: as it is
        (COVERED - 1, ESTIMATED, 1_500_000_000),  # scaled to the whole quarter-hour
        (QUARTER // 2, ESTIMATED, 1_500_000_000),  # exactly 50 %
        (QUARTER // 2 - 1, None, None),  # no value, never zero
    ],
)
def test_coverage_decides_what_the_energy_is_called(covered, quality, energy):
    stop = Sample(covered, 0, BAD)
    samples = [at(0, 6)] if covered == QUARTER else [at(0, 6), stop]
    value = value_at(0, samples)
    assert (value.quality, value.energy, value.coverage_us) == (quality, energy, covered)
    assert value.longest_gap_us == QUARTER - covered
    assert (value.mean, value.peak) == ((6 * MW, 6 * MW) if quality else (None, None))


def test_negative_power_at_night_is_a_value_like_any_other():
    value = value_at(0, [at(0, -0.027), at(5, -0.030), at(10, -0.027)])
    assert value.energy == -7_000_000  # -(27 + 30 + 27) kW x 5 min = -7 kWh
    assert (value.mean, value.peak) == (-28_000_000, -27_000_000)
    assert value.quality == CALCULATED


def test_halves_are_rounded_to_the_even_neighbour_on_both_sides_of_zero():
    # 10^-6 kW x 0.5 h, 1.5 h and so on: the energy ends in a half.
    half_hours = {1: 0, 3: 2, 5: 2, -1: 0, -3: -2, -5: -2}
    for microkw, energy in half_hours.items():
        power = microkw * 1_000
        samples = [Sample(0, power), Sample(30 * MINUTE, 0)]
        assert value_at(0, samples, HOUR).energy == energy
        # 24 and 24 minutes of 60, scaled to the whole: the same halves.
        scaled = [Sample(0, power), Sample(24 * MINUTE, 0), at(48, 0, BAD)]
        assert value_at(0, scaled, HOUR).energy == energy


def test_nine_decimals_of_a_kilowatt_count_in_full_and_are_rounded_once():
    # Watts with four decimals: 5,123.4567 W for 30 minutes, 5,123.4568 W for the others.
    samples = [Sample(0, 5_123_456_700), Sample(30 * MINUTE, 5_123_456_800)]
    value = value_at(0, samples, HOUR)
    assert value.energy == 5_123_457  # 5,123,456.75 x 10^-6 kWh
    assert value.mean == 5_123_457
    assert value.peak == 5_123_457  # 5,123,456.8
    assert value_at(0, [Sample(0, 499), Sample(30 * MINUTE, 501)], HOUR).energy == 0  # 0.5, to even
    assert value_at(0, [Sample(0, 500), Sample(30 * MINUTE, 501)], HOUR).energy == 1  # 0.5005


def test_a_remainder_below_the_quantum_decides_a_half():
    # 500 x 10^-9 kW for an hour but one microsecond, 501 for that: a hair above 0.5 x 10^-6 kWh.
    hair = [Sample(0, 500), Sample(60 * MINUTE - 1, 501)]
    assert (value_at(0, hair, HOUR).energy, value_at(0, hair, HOUR).mean) == (1, 1)
    below = [Sample(0, 500), Sample(60 * MINUTE - 1, 499)]
    assert (value_at(0, below, HOUR).energy, value_at(0, below, HOUR).mean) == (0, 0)
    negative = [Sample(0, -500), Sample(60 * MINUTE - 1, -501)]
    assert (value_at(0, negative, HOUR).energy, value_at(0, negative, HOUR).mean) == (-1, -1)


def test_a_bad_sample_at_the_left_edge_ends_the_carry():
    value = value_at(0, [at(-7, 12), at(0, 0, BAD), at(1, 18)])
    assert value.coverage_us == 14 * MINUTE
    assert (value.peak, value.longest_gap_us) == (18 * MW, MINUTE)


def test_a_bad_sample_at_the_right_edge_is_the_next_interval_s():
    samples = [at(0, 12), at(15, 0, BAD)]
    assert value_at(0, samples).coverage_us == QUARTER
    after = value_at(15, samples)
    assert after == Value(None, None, None, None, 0, QUARTER, 1)


def test_a_bad_carry_covers_nothing():
    assert value_at(0, [at(-7, 12, BAD), at(3, 18)]).coverage_us == 12 * MINUTE


def test_a_hold_limit_that_ends_inside_leaves_a_gap():
    two_minutes = STEP._replace(hold=2 * MINUTE)
    value = value_at(0, [at(0, 30), at(1, 30), at(6, 30), at(14, 30)], two_minutes)
    # Covered 00:00-00:03, 00:06-00:08, 00:14-00:15: 6 of 15 minutes.
    assert (value.coverage_us, value.longest_gap_us) == (6 * MINUTE, 6 * MINUTE)
    assert value.quality is None


def test_a_hold_limit_that_ends_before_the_interval_carries_nothing():
    two_minutes = STEP._replace(hold=2 * MINUTE)
    value = value_at(0, [at(-2, 30), at(1, 30, BAD)], two_minutes)
    assert (value.coverage_us, value.longest_gap_us) == (0, QUARTER)


def test_one_gap_goes_on_across_bad_samples():
    value = value_at(0, [at(0, 6), at(2, 0, BAD), at(4, 0, BAD), at(6, 6)])
    assert value.longest_gap_us == 4 * MINUTE


def test_one_sample_gives_an_interval_its_value():
    assert value_at(0, [at(0, 6)]).energy == 1.5 * MWH
    late = value_at(0, [at(5, 6)])  # 10 of 15 minutes
    assert (late.energy, late.quality) == (1.5 * MWH, ESTIMATED)


def test_silence_within_the_hold_limit_has_the_last_power():
    by_exception = STEP._replace(hold=24 * 60 * MINUTE)
    value = value_at(12 * 60, [at(0, 6)], by_exception)
    assert (value.energy, value.samples) == (1.5 * MWH, 0)


def test_uncertain_covers_like_good():
    assert value_at(0, [at(0, 6, UNCERTAIN)]).quality == CALCULATED


@pytest.mark.parametrize(
    ("substituted_from", "quality"), [(15 * 0.95, CALCULATED), (15 * 0.95 - 0.01, ESTIMATED)]
)
def test_substituted_power_counts_in_full_but_makes_an_estimate(substituted_from, quality):
    value = value_at(0, [at(0, 6), at(substituted_from, 6, SUBSTITUTED)])
    assert (value.quality, value.energy) == (quality, 1.5 * MWH)
    assert value.coverage_us == QUARTER


def test_a_slope_with_a_substituted_end_is_substituted():
    value = value_at(0, [at(0, 6), at(15, 6, SUBSTITUTED)], LINEAR)
    assert (value.quality, value.energy) == (ESTIMATED, 1.5 * MWH)


def test_a_slope_is_cut_at_both_edges_and_rounded_there():
    # From 0 to 6,001 x 10^-9 kW in 60 minutes: 1,500.25 -> 1,500 at 00:15, 3,000.5 -> 3,000.
    ramp = [Sample(0, 0), Sample(60 * MINUTE, 6_001)]
    assert value_at(15, ramp, LINEAR).peak == 3  # not 4 from 3.0005
    assert value_at(15, ramp, LINEAR).mean == 2  # (1.5 + 3.0) / 2 = 2.25
    assert value_at(0, ramp, LINEAR).peak == 2  # 1.5, to even
    # From 0 to -1,000 MW in 60 minutes: 00:15-00:30 is -375 MW x 0.25 h.
    fall = [at(0, 0), at(60, -1_000)]
    assert value_at(15, fall, LINEAR).energy == -93.75 * MWH
    assert value_at(15, fall, LINEAR).peak == -250 * MW


def test_power_is_no_slope_over_more_than_the_hold_limit_or_towards_bad():
    ten = LINEAR._replace(hold=10 * MINUTE)
    near = value_at(0, [at(0, 6), at(10, 12), at(15, 12)], ten)  # (9 x 10 + 12 x 5) / 60
    assert near.energy == 2.5 * MWH
    apart = value_at(0, [at(0, 6), at(10.5, 12)], ten)  # (6 x 10 + 12 x 4.5) / 14.5
    assert (apart.mean, apart.longest_gap_us) == (rounded(1_140, 145, MW), MINUTE // 2)
    assert value_at(0, [at(0, 6), at(10, 12, BAD)], LINEAR).mean == 6 * MW


@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize("sign", [1, -1])
def test_10_gigawatts_for_a_day_are_exact(sign, linear):
    day = Rule(DAY, 0, hold=DAY, linear=linear)
    full = sign * MAX_POWER
    value = value_at(0, [Sample(0, full), Sample(DAY, full)], day)
    assert value.energy == sign * 240_000_000 * 10**6  # 240 GWh
    assert (value.mean, value.peak) == (full // 1_000, full // 1_000)
    less = full - sign * 1_000  # 24 x 10^-6 kWh a day
    one_less = value_at(0, [Sample(0, less), Sample(DAY, less)], day)
    assert one_less.energy == sign * (240_000_000 * 10**6 - 24)
    scaled = value_at(0, [Sample(DAY // 3, full)], day)
    assert (scaled.energy, scaled.quality) == (sign * 240_000_000 * 10**6, ESTIMATED)


def test_a_slope_from_one_extreme_to_the_other_is_exact():
    day = Rule(DAY // 2, DAY // 4, hold=DAY, linear=True)
    swing = [Sample(0, -MAX_POWER), Sample(DAY, MAX_POWER)]
    middle = value_at(6 * 60, swing, day)
    assert (middle.energy, middle.peak) == (0, MAX_POWER // 2_000)


def test_a_day_of_25_hours_is_within_range():
    day = Rule(DAY + 60 * MINUTE, 0, hold=DAY + 60 * MINUTE, linear=False)
    assert value_at(0, [Sample(0, MAX_POWER)], day).energy == 250_000_000 * 10**6
    # A rest of 999,999,999 x 10^-9 kW is the greatest there is: 25 x 10^-9 kWh less than 250 GWh.
    assert value_at(0, [Sample(0, MAX_POWER - 1)], day).energy == 250_000_000 * 10**6
    assert value_at(0, [Sample(0, MAX_POWER - 21)], day).energy == 250_000_000 * 10**6 - 1


def test_windows_without_any_samples_have_no_value():
    windows = windows_of([0, QUARTER], Samples.none(), STEP)
    nothing = Value(None, None, None, None, 0, QUARTER, 0)
    assert values_of(roll_up(windows, Samples.none())) == [nothing, nothing]


def test_no_windows_give_no_values():
    rollup = roll_up(windows_of([], Samples.none(), STEP), Samples.none())
    assert values_of(rollup) == []


def test_values_do_not_depend_on_how_many_windows_are_computed_at_once():
    seconds = [Sample(n * 1_000_000, n % 977 * MW // 7) for n in range(100_000)]
    starts = range(0, 100_000_000_000, QUARTER)
    windows, samples = prepared(seconds, LINEAR, starts)
    together = values_of(roll_up(windows, samples))
    alone = [values_of(roll_up(part, samples))[0] for part in windows.in_parts(1)]
    assert len(alone) == len(starts) == 112
    assert together == alone


def test_columns_have_the_types_that_the_store_takes():
    rollup = roll_up(*prepared([at(0, 6)], STEP, [0]))
    types = {column.dtype for column in (rollup.energy, rollup.mean, rollup.peak)}
    assert types == {np.dtype(np.int64)}
    assert ROLLUP_QUALITIES[rollup.quality[0]] is CALCULATED
