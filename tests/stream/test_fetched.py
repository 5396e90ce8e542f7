"""What a fetch brings becomes columns as aiokafka would make records of it."""

import struct

import pytest
from aiokafka.consumer.fetcher import PartitionRecords
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from faust.types import TP

from stream.fetched import Record, Records, WholeFetch

TOPIC = TP("topic", 3)
FETCHED_MS = 10_000


def batch(first_offset: int, offsets: list[int]) -> bytes:
    """A batch as a broker sends it; compaction may have left holes between the offsets."""
    builder = DefaultRecordBatchBuilder(2, 0, False, -1, -1, -1, 1 << 20)
    for offset in offsets:
        value = None if offset == 12 else f"value {offset}".encode()
        builder.append(offset - first_offset, 1000 + offset, b"key", value, [])
    sent = bytearray(builder.build())
    struct.pack_into(">q", sent, 0, first_offset)
    return bytes(sent)


def fetched(sent: bytes, offset: int) -> PartitionRecords:
    return PartitionRecords(TOPIC, MemoryRecords(sent), None, offset, None, None, True, 0)


def whole(sent: bytes, offset: int) -> tuple[list[Records], int]:
    fetch = WholeFetch(fetched(sent, offset), FETCHED_MS, {})
    return list(fetch), fetch.next_fetch_offset


def test_all_batches_of_a_fetch_are_one_and_the_next_fetch_begins_behind_them():
    [records], following = whole(batch(10, [10, 11, 12]) + batch(13, [13, 17]), 10)
    assert records.offsets.tolist() == [10, 11, 12, 13, 17]
    assert records.values == [b"value 10", b"value 11", None, b"value 13", b"value 17"]
    assert (records.next_offset, following) == (18, 18)
    assert records.appended_ms == 1017
    assert records[-1] == Record("topic", 3, 17, b"key", b"value 17")


def test_a_fetch_equals_the_records_that_aiokafka_makes_of_it():
    sent = batch(10, [10, 11, 12]) + batch(13, [13, 17])
    theirs = [(each.offset, each.key, each.value) for each in fetched(sent, 11)]
    [records], _ = whole(sent, 11)
    assert [(each.offset, each.key, each.value) for each in records] == theirs


def test_records_before_the_offset_that_was_asked_for_are_left_out():
    [records], _ = whole(batch(10, [10, 11, 12]), 12)
    assert records.offsets.tolist() == [12]
    assert whole(batch(10, [10, 11, 12]), 13) == ([], 13)


def test_very_many_records_come_in_parts_with_their_own_times():
    sent = batch(10, [10, 11, 12]) + batch(13, [13, 17]) + batch(18, [18])
    fetch = WholeFetch(fetched(sent, 11), FETCHED_MS, {}, most=2)
    parts = [(records.offsets.tolist(), records.appended_ms) for records in fetch]
    assert parts == [([11, 12], 1012), ([13, 17], 1017), ([18], 1018)]
    assert fetch.next_fetch_offset == 19


def test_since_gives_the_rest_of_the_columns():
    [records], _ = whole(batch(10, [10, 11, 14]), 10)
    assert [each.offset for each in records.since(12)] == [14]
    assert records.since(10) is records
    assert len(records.since(15)) == 0


def test_a_batch_whose_checksum_is_wrong_is_no_data():
    sent = bytearray(batch(10, [10, 11]))
    sent[-2] ^= 1
    with pytest.raises(CorruptRecordException, match="Invalid CRC"):
        whole(bytes(sent), 10)
