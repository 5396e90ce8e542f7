"""For any series the kernel says what the reference says."""

from dataclasses import fields, replace

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from gridfeed.domain.telemetry.rollup import Windows, roll_up
from gridfeed.domain.telemetry.samples import MAX_POWER, Samples
from gridfeed.domain.words import PointQuality
from tests.domain.telemetry.series import columns_of, values_of, windows_of
from tests.reference import Rule, Sample, Value, last_word, values

MINUTE = 60_000_000

# Ticks make samples meet edges, holds and each other; odd ticks make results end in fractions.
TICKS = st.sampled_from([1, 1_000_000, 7_777_777, 60_000_000])
POWER = st.one_of(
    st.integers(-5, 5),
    st.integers(-(10**13), 10**13),
    # Halves and all but halves of the unit that is published.
    st.integers(-20, 20).map(lambda n: 500 * n),
    st.builds(lambda n, off: 500 * n + off, st.integers(-20, 20), st.sampled_from([-1, 1])),
    st.sampled_from([-MAX_POWER, MAX_POWER, MAX_POWER - 1]),
)
# GOOD most often, or next to nothing would be covered.
QUALITIES = st.sampled_from([PointQuality.GOOD] * 4 + list(PointQuality))


@st.composite
def series_and_rule(draw) -> tuple[list[Sample], Rule]:
    tick = draw(TICKS)
    length = draw(st.integers(1, 12)) * tick
    rule = Rule(
        length,
        anchor=draw(st.integers(0, length - 1)),
        hold=draw(st.integers(1, 20)) * tick + draw(st.sampled_from([0, 0, 1])),
        linear=draw(st.booleans()),
    )
    sample = st.builds(
        Sample,
        st.builds(lambda n, off: n * tick + off, st.integers(-40, 40), st.sampled_from([0, 0, 1])),
        POWER,
        QUALITIES,
        source=st.integers(0, 2),
        offset=st.integers(0, 30),
    )
    return draw(st.lists(sample, max_size=25, unique_by=place_in_kafka)), rule


def place_in_kafka(sample: Sample) -> tuple[int, int]:
    return sample.source, sample.offset


def joined(parts: list[tuple[Windows, Samples]]) -> tuple[Windows, Samples]:
    """Return many series as one batch."""
    before, moved = 0, []
    for windows, samples in parts:
        first, stop = windows.first + before, windows.stop + before
        moved.append(replace(windows, first=first, stop=stop))
        before += len(samples)
    columns = {
        column.name: np.concatenate([getattr(windows, column.name) for windows in moved])
        for column in fields(Windows)
    }
    return Windows(**columns), Samples.concatenate([samples for _, samples in parts])


@given(st.lists(series_and_rule(), min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_the_kernel_equals_the_reference_for_many_series_at_once(batch, random):
    expected, parts = [], []
    for samples, rule in batch:
        value_of = values(samples, rule)
        starts = random.sample(list(value_of), len(value_of))  # windows come in any order
        series = columns_of(last_word(samples))
        parts.append((windows_of(starts, series, rule), series))
        expected += [value_of[start] for start in starts]
    assert values_of(roll_up(*joined(parts))) == expected


@given(series_and_rule(), st.integers(-60, 60))
def test_an_interval_that_the_reference_leaves_out_has_no_power_and_no_samples(given_series, k):
    samples, rule = given_series
    start = rule.anchor + k * rule.length
    assume(start not in values(samples, rule))
    series = columns_of(last_word(samples))
    [value] = values_of(roll_up(windows_of([start], series, rule), series))
    assert value == Value(None, None, None, None, 0, rule.length, 0)


@given(series_and_rule(), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_changes_a_value(given_series, random):
    samples, rule = given_series
    again = samples + random.choices(samples, k=len(samples)) if samples else []
    random.shuffle(again)
    assert values(again, rule) == values(samples, rule)


@st.composite
def covered_steps(draw, any_power) -> tuple[list[Sample], Rule]:
    """One sample a minute that fill whole intervals."""
    minutes, intervals = draw(st.integers(1, 9)), draw(st.integers(1, 6))
    power = draw(st.lists(any_power, min_size=minutes * intervals, max_size=minutes * intervals))
    first = draw(st.integers(-1_000, 1_000)) * MINUTE
    rule = Rule(minutes * MINUTE, anchor=first, hold=MINUTE, linear=False)
    return [Sample(first + n * MINUTE, each) for n, each in enumerate(power)], rule


def energies_apart_and_together(samples: list[Sample], rule: Rule) -> tuple[list[int], int]:
    apart = [value.energy for value in values(samples, rule).values()]
    all_of_it = rule._replace(length=len(samples) * MINUTE)
    [together] = values(samples, all_of_it).values()
    return apart, together.energy


# 3.6 kW and its multiples over whole minutes leave nothing to round.
@given(covered_steps(st.integers(-(10**6), 10**6).map(lambda n: n * 3_600_000_000)))
def test_the_energies_of_covered_steps_add_up_to_the_integral_over_all(series):
    apart, together = energies_apart_and_together(*series)
    assert sum(apart) == together == sum(sample.power for sample in series[0]) // 60_000


@given(covered_steps(POWER))
def test_rounding_moves_a_sum_by_half_a_unit_an_interval_at_most(series):
    apart, together = energies_apart_and_together(*series)
    assert 2 * abs(sum(apart) - together) <= len(apart) + 1
