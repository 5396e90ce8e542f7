"""The union of sorted tables: of one instant the last word in Kafka, whatever came first."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridfeed.domain.telemetry.merge import Keys, Rows, union
from gridfeed.domain.telemetry.samples import Samples

YEAR = 365 * 86_400 * 1_000_000


def rows(*samples: tuple[int, int, int, int, int]) -> Rows:
    """Return rows of (series, observed_at, power, source, offset), in the order given."""
    series, at, power, source, offset = np.array(samples, np.int64).reshape(-1, 5).T
    quality = np.zeros(len(series), np.uint8)
    return Rows(
        series.astype(np.int32), Samples(at, power, quality, source.astype(np.int32), offset)
    )


def listed(table: Rows) -> list[tuple[int, int, int, int, int]]:
    samples = table.samples
    columns = (table.series, samples.observed_at, samples.power, samples.source, samples.offset)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def merged(old: Rows, arrived: Rows) -> tuple[list[tuple[int, ...]], list[int]]:
    """Return the union and the positions of what changed."""
    table, changed = union(old, arrived)
    return listed(table), np.flatnonzero(changed).tolist()


NONE = Rows.none()
OLD = rows((0, 10, 5, 1, 100), (0, 20, 6, 1, 101), (2, 10, 7, 1, 102))


def test_arrived_rows_come_into_their_places():
    assert merged(OLD, rows((2, 5, 1, 1, 103), (1, 99, 2, 1, 104), (0, 15, 3, 1, 105))) == (
        [
            (0, 10, 5, 1, 100),
            (0, 15, 3, 1, 105),
            (0, 20, 6, 1, 101),
            (1, 99, 2, 1, 104),
            (2, 5, 1, 1, 103),
            (2, 10, 7, 1, 102),
        ],
        [1, 3, 4],
    )


def test_of_one_instant_the_higher_offset_counts_also_if_it_came_first():
    later, earlier = rows((0, 20, 8, 1, 200)), rows((0, 20, 9, 1, 50))
    assert merged(OLD, later) == ([(0, 10, 5, 1, 100), (0, 20, 8, 1, 200), (2, 10, 7, 1, 102)], [1])
    assert merged(OLD, earlier) == (listed(OLD), [])
    assert merged(earlier, later)[0] == merged(later, earlier)[0] == [(0, 20, 8, 1, 200)]


def test_a_higher_source_counts_before_a_higher_offset():
    assert merged(OLD, rows((0, 10, 4, 2, 1)))[0][0] == (0, 10, 4, 2, 1)
    assert merged(OLD, rows((0, 10, 4, 0, 999))) == (listed(OLD), [])


def test_the_same_rows_again_change_nothing():
    assert merged(OLD, OLD) == (listed(OLD), [])
    assert merged(OLD, NONE) == (listed(OLD), [])
    assert merged(NONE, NONE) == ([], [])


def test_rows_repeated_within_a_batch_count_once():
    batch = rows((0, 30, 1, 1, 300), (0, 30, 3, 1, 302), (0, 30, 2, 1, 301))
    assert merged(NONE, batch) == ([(0, 30, 3, 1, 302)], [0])


def test_a_replacement_behind_insertions_is_marked_where_it_stands_now():
    batch = rows((2, 10, 9, 1, 400), (0, 5, 1, 1, 401), (0, 15, 2, 1, 402))
    assert merged(OLD, batch) == (
        [
            (0, 5, 1, 1, 401),
            (0, 10, 5, 1, 100),
            (0, 15, 2, 1, 402),
            (0, 20, 6, 1, 101),
            (2, 10, 9, 1, 400),
        ],
        [0, 2, 4],
    )


@pytest.mark.parametrize("batch", [[(0, 20, 8, 1, 200)], [(0, 20, 8, 1, 200), (0, 21, 8, 1, 201)]])
def test_the_old_table_stays_as_it_was(batch):
    before = listed(OLD)
    union(OLD, rows(*batch))
    assert listed(OLD) == before


@pytest.mark.parametrize(("span", "ranked"), [(8 * YEAR, False), (80 * YEAR, True)])
def test_keys_of_20_000_series_are_in_order_over_years(span, ranked):
    instants = np.array([-span // 2, -1, 0, 1, span // 2])
    keys = Keys.spanning(20_000, instants)
    assert (keys.ranked is not None) is ranked
    of_all = [
        keys.of(np.full(5, number, np.int32), instants) for number in (0, 1, 9_999, 19_998, 19_999)
    ]
    assert (np.diff(np.concatenate(of_all)) > 0).all()


def test_rows_between_instants_are_found_in_each_series_over_years():
    old = [(0, 0, 1, 1, 1), (0, 80 * YEAR, 2, 1, 2), (19_999, 0, 3, 1, 3), (19_999, 7, 4, 1, 4)]
    first, stop = rows(*old).between(
        np.array([0, 5, 19_999, 19_999], np.int32), np.array([0, 0, 0, 7]), np.array([9, 9, 7, 8])
    )
    assert list(zip(first.tolist(), stop.tolist(), strict=True)) == [(0, 1), (2, 2), (2, 3), (3, 4)]


def test_the_last_row_of_each_series_among_some():
    table = rows((0, 1, 0, 1, 0), (0, 2, 0, 2, 0), (3, 1, 0, 2, 0), (4, 1, 0, 1, 0))
    assert table.last().tolist() == [1, 2, 3]
    assert table.last(table.samples.source == 1).tolist() == [0, 3]
    assert NONE.last().tolist() == NONE.last(np.zeros(0, bool)).tolist() == []


spread = st.sampled_from([1, 1_000_000, YEAR, 60 * YEAR])
sample = st.tuples(
    st.sampled_from([0, 1, 2, 19_999]),
    st.builds(lambda n, unit: n * unit, st.integers(-3, 3), spread),
    st.integers(-5, 5),
    st.integers(0, 2),
    st.integers(0, 9),
)
batches = st.lists(
    st.lists(sample, max_size=12, unique_by=lambda each: each[3:]), min_size=1, max_size=5
)


@settings(max_examples=300)
@given(batches)
def test_the_union_of_batches_is_the_last_word_of_every_instant(parts):
    word: dict[tuple[int, int], tuple[int, ...]] = {}
    table = NONE
    for part in parts:
        before = dict(word)
        for each in part:
            if each[3:] > word.get(each[:2], (0, 0, 0, -1, -1))[3:]:
                word[each[:2]] = each
        table, changed = union(table, rows(*part))
        assert listed(table) == [word[key] for key in sorted(word)]
        assert [listed(table)[row][:2] for row in np.flatnonzero(changed)] == [
            key for key in sorted(word) if word[key] != before.get(key)
        ]
