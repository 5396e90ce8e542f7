"""Sums of intervals on spans, against one loop over plain Python integers."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.calendar.instants import instant, microseconds
from gridfeed.domain.calendar.interval import UntileableError, local_day, local_month
from gridfeed.domain.calendar.spans import (
    Spans,
    by_local_day,
    by_local_month,
    by_seconds,
    days_within,
)
from gridfeed.domain.published.aligned import (
    NO_QUALITY,
    QUALITIES,
    UNKNOWN,
    Aligned,
    Expected,
    Intervals,
)
from gridfeed.domain.published.resample import added, resample
from gridfeed.domain.words import ReadingQuality

EVER = ((-(2**60), 2**60),)
ESTIMATED = QUALITIES.index(ReadingQuality.ESTIMATED)

#: (start, length, energy, quality) of intervals that do not overlap; energy None: no value.
rows = st.lists(
    st.tuples(
        st.integers(0, 2),  # gap before it
        st.sampled_from([1, 1, 1, 2, 4]),
        st.none() | st.integers(-(10**18), 10**18),
        st.sampled_from([NO_QUALITY, ESTIMATED]),
    ),
    max_size=40,
)
edges = st.lists(st.integers(-5, 60), min_size=2, max_size=12, unique=True).map(sorted)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def intervals_of(found: list[tuple[int, int, int | None, int]]) -> Intervals:
    starts, at = [], 0
    for gap, length, *_ in found:
        starts.append(at + gap)
        at += gap + length
    _, lengths, energies, qualities = zip(*found, strict=True) if found else [()] * 4
    return Intervals.of(
        np.array(starts, np.int64),
        np.array(lengths, np.int64),
        np.array([energy or 0 for energy in energies], np.int64),
        present=np.array([energy is not None for energy in energies], bool),
        quality=np.array(qualities, np.uint8),
    )


def spans_of(found: list[int]) -> Spans:
    return Spans(np.array(found[:-1], np.int64), np.array(found[1:], np.int64))


def plainly(found: Intervals, spans: Spans, first: int, last: int) -> list[int | None]:
    """One loop: the sum of what lies in a span, if that is all there ought to be."""
    sums: list[int | None] = []
    for start, end in zip(spans.start_us.tolist(), spans.end_us.tolist(), strict=True):
        inside = [
            (int(length), int(energy))
            for at, length, energy, present in zip(
                found.start_us, found.length_us, found.energy, found.present, strict=True
            )
            if present and start <= at and at + length <= end
        ]
        ought = max(min(end, last) - max(start, first), 0)
        whole = ought > 0 and sum(length for length, _ in inside) == ought
        sums.append(sum(energy for _, energy in inside) if whole else None)
    return sums


def values(of: Aligned) -> list[int | None]:
    pairs = zip(of.energy.tolist(), of.present.tolist(), strict=True)
    return [energy if present else None for energy, present in pairs]


@given(rows, edges)
def test_a_span_is_the_sum_of_the_intervals_in_it_if_all_are_there(found, spans) -> None:
    of, on = intervals_of(found), spans_of(spans)
    assert values(resample(of, on, Expected(EVER, 1))) == plainly(of, on, -(2**60), 2**60)


@given(rows, edges, st.integers(0, 40), st.integers(0, 40))
def test_outside_what_is_expected_nothing_is_missing(found, spans, first, length) -> None:
    of, on, last = intervals_of(found), spans_of(spans), first + length
    of = of.take((of.start_us >= first) & (of.end_us <= last))
    expected = Expected(((first, last),), 1)
    assert values(resample(of, on, expected)) == plainly(of, on, first, last)


@given(rows, edges)
def test_parts_are_counted_in_the_series_own_length(found, spans) -> None:
    of, on = intervals_of(found), spans_of(spans)
    result = resample(of, on, Expected(EVER, 1))
    assert (result.expected == on.end_us - on.start_us).all()
    assert (result.parts[result.present] == result.expected[result.present]).all()
    assert (result.estimated <= result.parts).all()
    assert int(result.parts.sum()) <= int(of.length_us[of.present].sum())


@given(st.lists(rows, min_size=2, max_size=4), edges)
def test_a_sum_over_meters_is_missing_where_one_is(every, spans) -> None:
    on = spans_of(spans)
    meters = [resample(intervals_of(found), on, Expected(EVER, 1)) for found in every]
    expected = [
        None if None in of_one else sum(of_one)
        for of_one in zip(*(values(meter) for meter in meters), strict=True)
    ]
    assert values(added(meters, len(on))) == expected


def test_a_meter_that_is_not_expected_is_not_missed() -> None:
    on = spans_of([0, 10, 20])
    whole = Intervals.of(*np.array([[0, 10], [10, 10], [3, 4]], np.int64))
    late = Intervals.of(*np.array([[10], [10], [5]], np.int64))
    meters = [
        resample(whole, on, Expected(EVER, 10)),
        resample(late, on, Expected(((10, 100),), 10)),
    ]
    assert values(added(meters, 2)) == [3, 9]


def test_of_no_meter_there_is_no_sum() -> None:
    assert values(added([], 2)) == [None, None]


def test_energies_beyond_64_bits_are_exact() -> None:
    on = spans_of([0, 30])
    huge = Intervals.of(*np.array([[0, 10, 20], [10] * 3, [9 * 10**18] * 3], np.int64))
    one = resample(huge, on, Expected(EVER, 10))
    assert values(one) == [27 * 10**18]
    assert values(added([one, one], 1)) == [54 * 10**18]


def test_an_interval_over_an_edge_is_in_no_span() -> None:
    hours = Intervals.of(*np.array([[0, 60], [60, 60], [1, 2]], np.int64))
    result = resample(hours, spans_of([0, 30, 60, 120]), Expected(EVER, 60))
    assert values(result) == [None, None, 2]
    assert result.expected.tolist() == [1, 1, 1]


def test_intervals_that_overlap_are_not_summed() -> None:
    twice = Intervals.of(*np.array([[0, 30], [60, 30], [1, 2]], np.int64))
    assert values(resample(twice, spans_of([0, 60]), Expected(EVER, 30))) == [None]


def test_quantiles_are_of_single_intervals_alone() -> None:
    ones = np.ones(3, bool)
    found = Intervals.of(
        *np.array([[0, 30, 60], [30] * 3, [5, 6, 7]], np.int64),
        p10=np.array([1, 2, 3], np.int64), has_p10=ones,
        p90=np.array([8, 9, 0], np.int64), has_p90=np.array([True, True, False]),
    )  # fmt: skip
    short = resample(found, spans_of([0, 30, 60, 90]), Expected(EVER, 30))
    assert short.p10.tolist() == [1, 2, 3]
    assert short.has_p90.tolist() == [True, True, False]
    assert not resample(found, spans_of([0, 60]), Expected(EVER, 30)).has_p10.any()
    assert not added([short, short], 3).has_p10.any()


def test_a_sum_tells_the_newest_vintage_the_highest_version_and_the_coverage() -> None:
    found = Intervals.of(
        *np.array([[0, 30, 60], [30] * 3, [5, 6, 7]], np.int64),
        issued_at_us=np.array([100, 300, UNKNOWN], np.int64),
        settlement_version=np.array([2, 0, UNKNOWN], np.int64),
        coverage_us=np.array([30, 29, UNKNOWN], np.int64),
    )
    result = resample(found, spans_of([0, 60, 90]), Expected(EVER, 30))
    assert result.issued_at_us.tolist() == [300, UNKNOWN]
    assert result.settlement_version.tolist() == [2, UNKNOWN]
    assert result.coverage_us.tolist() == [59, UNKNOWN]


@pytest.mark.parametrize(
    ("zone", "day", "hours", "seconds"),
    [
        ("Europe/Amsterdam", "2025-10-26", 25, 900),
        ("Europe/Amsterdam", "2026-03-29", 23, 900),
        ("Europe/London", "2026-10-25", 25, 1800),
        ("America/Chicago", "2026-03-08", 23, 900),
        ("America/Los_Angeles", "2026-11-01", 25, 900),
        ("Australia/Lord_Howe", "2026-04-05", 24.5, 1800),
        ("Australia/Lord_Howe", "2026-10-04", 23.5, 1800),
        ("Africa/Cairo", "2026-04-24", 23, 900),
        ("America/Sao_Paulo", "2018-11-04", 23, 900),
        ("Asia/Kolkata", "2026-03-08", 24, 900),
    ],
)
def test_intervals_tile_the_day_and_days_tile_the_month(
    zone: str, day: str, hours: float, seconds: int
) -> None:
    date = utc(day).date()
    span = local_day(ZoneInfo(zone), date)
    short = by_seconds(zone, seconds, span.start, span.end)
    assert len(short) == hours * 3600 / seconds
    assert [short.start_us[0], short.end_us[-1]] == list(map(microseconds, (span.start, span.end)))
    month = local_month(ZoneInfo(zone), date)
    days = by_local_day(zone, month.start, month.end)
    assert (days.start_us[1:] == days.end_us[:-1]).all()
    (only,) = by_local_month(zone, month.start, month.end).start_us.tolist()
    assert only == days.start_us[0]
    assert by_local_month(zone, month.start, month.end).end_us.tolist() == [days.end_us[-1]]


def test_rows_are_those_that_start_in_the_range() -> None:
    days = by_local_day("America/Denver", utc("2026-03-01"), utc("2026-03-03"))
    assert [instant(us) for us in days.start_us.tolist()] == [
        utc("2026-03-01 07:00"), utc("2026-03-02 07:00"),
    ]  # fmt: skip
    hours = by_seconds("Asia/Kolkata", 3600, utc("2026-03-01 00:01"), utc("2026-03-01 02:30"))
    assert [instant(us) for us in hours.start_us.tolist()] == [
        utc("2026-03-01 00:30"), utc("2026-03-01 01:30"),
    ]  # fmt: skip
    months = by_local_month("UTC", utc("2025-12-01"), utc("2026-02-02"))
    assert [str(instant(us).date()) for us in months.start_us.tolist()] == [
        "2025-12-01", "2026-01-01", "2026-02-01",
    ]  # fmt: skip


def test_days_within_a_range_are_cut_to_it() -> None:
    days = days_within("America/Denver", utc("2026-03-01"), utc("2026-03-01 08:00"))
    assert [instant(us) for us in [*days.start_us.tolist(), int(days.end_us[-1])]] == [
        utc("2026-03-01"), utc("2026-03-01 07:00"), utc("2026-03-01 08:00"),
    ]  # fmt: skip


def test_hours_cannot_tile_lord_howe() -> None:
    with pytest.raises(UntileableError, match="1800"):
        by_seconds("Australia/Lord_Howe", 3600, utc("2026-03-01"), utc("2026-03-02"))
