"""Each vintage is a forecast of its own, of what it forecasts completely."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.calendar.spans import Spans
from gridfeed.domain.published.accuracy import Column
from gridfeed.domain.published.vintages import VintageRows, every_vintage

HALF, HOUR = 30, 60


def vintage_rows(rows, p10=None) -> VintageRows:
    """Rows of (start, length, issued_at, model, energy), times in any unit."""
    columns = (np.array([row[n] for row in rows], np.int64) for n in range(5))
    return VintageRows(
        *columns, Column.of(p10 or [None] * len(rows)), Column.of([None] * len(rows))
    )


def hours(count: int) -> Spans:
    start = np.arange(count) * HOUR
    return Spans(start, start + HOUR)


def found(rows, count: int = 3, meters: int = 1, p10=None) -> list[tuple[int, int, int]]:
    """Return (start, issued_at, energy) of hours, in order."""
    expected = np.full(count, meters * HOUR)
    result = every_vintage(vintage_rows(rows, p10), hours(count), expected)
    columns = (result.start, result.issued_at, result.energy)
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


def test_halves_of_one_vintage_add_up_and_those_of_two_do_not():
    rows = [(0, HALF, 7, 0, 1), (HALF, HALF, 7, 0, 2), (60, HALF, 7, 0, 4), (90, HALF, 8, 0, 8)]
    assert found(rows) == [(0, 7, 3)]


def test_models_that_issue_at_once_are_apart():
    assert found([(0, HOUR, 7, 0, 1), (0, HOUR, 7, 1, 5)]) == [(0, 7, 1), (0, 7, 5)]


def test_a_vintage_of_a_project_needs_all_its_meters():
    rows = [(0, HOUR, 7, 0, 1), (0, HOUR, 7, 0, 2), (60, HOUR, 7, 0, 4)]
    assert found(rows, meters=2) == [(0, 7, 3)]


def test_an_interval_over_an_edge_or_outside_counts_nowhere():
    assert found([(HALF, HOUR, 7, 0, 1), (-HOUR, HOUR, 7, 0, 1), (180, HOUR, 7, 0, 1)]) == []
    assert found([]) == []


def test_quantiles_are_known_where_one_interval_fills_the_span():
    rows = [(0, HOUR, 7, 0, 1), (60, HALF, 7, 0, 1), (90, HALF, 7, 0, 1)]
    some = every_vintage(vintage_rows(rows, [5, 6, 7]), hours(2), np.full(2, HOUR))
    assert some.p10.known.tolist() == [True, False]
    assert some.p10.energy[0] == 5
    assert some.p90.known.tolist() == [False, False]


ROW = st.tuples(
    st.integers(-2, 8).map(lambda n: n * HALF),
    st.sampled_from([HALF, HOUR]),
    st.integers(0, 2),
    st.integers(0, 1),
    st.integers(-9, 9),
)


@given(st.lists(ROW, max_size=40))
def test_columns_say_what_a_plain_loop_says(rows):
    sums = {}
    for start, length, issued_at, model, energy in rows:
        hour = start // HOUR
        if 0 <= hour < 3 and start + length <= (hour + 1) * HOUR:
            key = hour * HOUR, issued_at, model
            time, total = sums.get(key, (0, 0))
            sums[key] = time + length, total + energy
    whole = [(*key[:2], energy) for key, (time, energy) in sums.items() if time == HOUR]
    assert found(rows) == sorted(whole)
