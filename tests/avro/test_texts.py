"""Columns of texts are the texts, however often and however long each of them is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridfeed.avro import texts
from gridfeed.avro.batch import Batch
from gridfeed.avro.telemetry import TextColumn
from gridfeed.avro.texts import LONGEST_COMPARED, read_texts


def column_of(stretches):
    batch = Batch.of(stretches)
    column, valid = read_texts(batch, batch.starts, batch.lengths)
    return column, valid.tolist()


words = st.binary(max_size=10) | st.text(max_size=30).map(str.encode) | st.sampled_from(
    [b"m" * count for count in (7, 8, 9, 63, 64, 65, 300)] + [b"a\0", b"a", b"a\0\0", b""]
)  # fmt: skip


@given(st.lists(words, min_size=1, max_size=30), st.integers(1, 40), st.randoms())
def test_every_row_is_its_text_or_known_to_be_none(some, times, random):
    stretches = some * times
    random.shuffle(stretches)
    column, valid = column_of(stretches)
    for row, stretch in enumerate(stretches):
        if valid[row]:
            assert column[row].encode() == stretch
        else:
            with pytest.raises(UnicodeDecodeError):
                stretch.decode()


def test_10_000_texts_twice_are_10_000_texts():
    stretches = [b"m-%d" % (place % 10_000) for place in range(20_000)]
    column, valid = column_of(stretches)
    assert [text.encode() for text in column.to_list()] == stretches
    assert all(valid)
    assert len(column.texts) == 10_000


def test_texts_that_all_share_a_slot_are_told_apart(monkeypatch):
    monkeypatch.setattr(texts, "_slots", lambda words: np.zeros(len(words[0]), np.int64))
    stretches = [b"m-%d" % (place % 50) for place in range(1000)]
    column, _ = column_of(stretches)
    assert [text.encode() for text in column.to_list()] == stretches
    assert len(column.texts) == 50


def test_a_text_of_a_megabyte_takes_no_room_in_300_other_rows():
    stretches = [b"m"] * 300 + [b"x" * (1 << 20)]
    batch = Batch.of(stretches)
    column, _ = read_texts(batch, batch.starts, batch.lengths)
    assert len(column[300]) == 1 << 20
    short = batch.lengths[:300]
    assert len(texts._words(batch, batch.starts[:300], short)) == 2  # the length and one word
    assert LONGEST_COMPARED == 64


def test_columns_are_joined_and_taken_from_row_by_row():
    column = TextColumn.concatenate([TextColumn.of("abab"), TextColumn.of([]), TextColumn.of("ca")])
    assert column.to_list() == list("ababca")
    assert column.take(np.array([5, 1, 1])).to_list() == list("abb")
    assert (len(column), column[4]) == (6, "c")
