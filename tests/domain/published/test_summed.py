"""Intervals summed to longer ones, against a plain reference."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.calendar.instants import SECOND_US
from gridfeed.domain.calendar.interval import Interval
from gridfeed.domain.calendar.spans import Spans
from gridfeed.domain.published.aligned import NO_QUALITY, QUALITIES, Intervals
from gridfeed.domain.published.summed import TRUST, Powers, exact, seconds_fitting, summed
from gridfeed.domain.words import ReadingQuality

DAY = datetime(2026, 3, 1, tzinfo=UTC)
LENGTHS = (300, 900, 3600)
HOURS = 4


@st.composite
def parts(draw):
    """Intervals of several lengths, some missing, in hours of 5, 15 or 60 minutes each."""
    rows = []
    amounts = st.integers(-(2**62), 2**62)
    for hour in range(HOURS):
        length = draw(st.sampled_from(LENGTHS))
        for start in range(hour * 3600, (hour + 1) * 3600, length):
            if draw(st.integers(0, 9)):
                energy = draw(amounts) if draw(st.integers(0, 9)) else None
                mean, peak = draw(st.tuples(st.none() | amounts, st.none() | amounts))
                quality = draw(st.sampled_from(list(ReadingQuality)))
                rows.append((start, length, energy, mean, peak, quality))
    return rows


def plain(rows, start, seconds):
    """What one interval sums to: energy, mean, peak and quality, or None."""
    inside = [
        row for row in rows
        if row[2] is not None and start <= row[0] and row[0] + row[1] <= start + seconds
    ]  # fmt: skip
    if sum(row[1] for row in inside) != seconds:
        return None
    means, peaks = [row[3] for row in inside], [row[4] for row in inside]
    mean = peak = None
    if None not in means:
        mean = round(Fraction(sum(row[3] * row[1] for row in inside), seconds))
    if None not in peaks:
        peak = max(peaks)
    return sum(row[2] for row in inside), mean, peak, min((r[5] for r in inside), key=TRUST.index)


@given(parts(), st.sampled_from([900, 1800, 3600, 7200]))
def test_sums_are_those_of_plain_arithmetic(rows, seconds):
    starts = np.arange(0, HOURS * 3600, seconds, dtype=np.int64) * SECOND_US
    columns = list(zip(*rows, strict=True)) if rows else [()] * 6
    found = Intervals.of(
        np.array(columns[0], np.int64) * SECOND_US,
        np.array(columns[1], np.int64) * SECOND_US,
        exact([energy or 0 for energy in columns[2]]),
        present=np.array([energy is not None for energy in columns[2]], bool),
        quality=np.array([QUALITIES.index(quality) for quality in columns[5]], np.uint8),
    )
    spans = Spans(starts, starts + seconds * SECOND_US)
    total = summed(found, Powers.of(columns[3]), Powers.of(columns[4]), seconds, spans)
    for place, start in enumerate(range(0, HOURS * 3600, seconds)):
        wanted = plain(rows, start, seconds)
        assert bool(total.present[place]) == (wanted is not None)
        if wanted:
            assert (
                total.energy[place],
                total.mean[place] if total.has_mean[place] else None,
                total.peak[place] if total.has_peak[place] else None,
                QUALITIES[total.quality[place]],
            ) == wanted


def test_without_qualities_a_sum_has_none():
    column = np.array([0, 1800], np.int64) * SECOND_US
    found = Intervals.of(column, np.full(2, 1800 * SECOND_US), np.array([1, 2]))
    spans = Spans(np.array([0]), np.array([3600 * SECOND_US]))
    none = Powers.of([None, None])
    total = summed(found, none, none, 3600, spans)
    assert (total.energy.tolist(), total.codes(), total.has_mean.tolist()) == (
        [3],
        [NO_QUALITY],
        [False],
    )


def test_trust_orders_all_qualities():
    assert set(TRUST) == set(ReadingQuality)


@pytest.mark.parametrize(
    ("hours", "asked", "fitting"),
    [
        (24, 3600, 3600),
        (24, 86_400, 86_400),
        (24, 7200, 7200),
        (23, 7200, 3600),
        (25, 86_400, 3600),
        (24.5, 3600, 1800),
        (25, 18_000, 18_000),
    ],
)
def test_on_days_that_it_does_not_divide_an_interval_is_as_long_as_divides_both(
    hours, asked, fitting
):
    assert seconds_fitting(asked, Interval(DAY, DAY + timedelta(hours=hours))) == fitting
