"""How much of a fetch is worked off at once."""

import numpy as np
from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from stream.fetched import Records
from stream.portions import MOST_BYTES, MOST_MESSAGES, portions


def fetched(sizes: list[int]) -> Records:
    values = [None if size == 0 else bytes(size) for size in sizes]
    offsets = np.arange(7, 7 + len(sizes), dtype=np.int64)
    return Records(TP("topic", 0), offsets, [None] * len(sizes), values, 1000)


@given(st.lists(st.sampled_from([0, 1, 300, 40_000, 65_536, 1_000_000]), max_size=40))
def test_portions_hold_every_message_once_in_order_and_64_kib_unless_it_is_one_message(
    sizes: list[int],
) -> None:
    records = fetched(sizes)
    parts = list(portions(records))
    assert [offset for part in parts for offset in part.offsets] == records.offsets.tolist()
    assert [value for part in parts for value in part.values] == records.values
    for part in parts:
        assert len(part) == len(part.keys) == len(part.values) > 0
        assert len(part) == 1 or sum(len(value or b"") for value in part.values) <= MOST_BYTES


def test_1_mib_of_20000_small_messages_is_worked_off_500_at_a_time() -> None:
    parts = list(portions(fetched([52] * 20_000)))
    assert {len(part) for part in parts} == {MOST_MESSAGES}
    assert MOST_MESSAGES == 500


def test_two_messages_of_1_mib_are_two_portions() -> None:
    assert [len(part) for part in portions(fetched([1 << 20, 1 << 20]))] == [1, 1]
