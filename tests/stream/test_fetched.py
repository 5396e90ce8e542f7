"""What a fetch brings becomes columns as aiokafka would make records of it."""

import struct
from datetime import timedelta

import pytest
from aiokafka.consumer.fetcher import PartitionRecords
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import calc_crc32c as crc32c
from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from gridfeed.domain.calendar.instants import EPOCH
from stream.fetched import Record, Records, WholeFetch

TOPIC = TP("topic", 3)
FETCHED_MS = 10_000


LOG_APPEND_TIME, CONTROL = 0x08, 0x20


def sealed(builder: DefaultRecordBatchBuilder, first_offset: int, attributes: int = 0) -> bytes:
    """A batch as a broker sends it: with its place in the log and what only brokers set."""
    sent = bytearray(builder.build())
    (set_by_producer,) = struct.unpack_from(">h", sent, 21)
    struct.pack_into(">h", sent, 21, set_by_producer | attributes)
    struct.pack_into(">I", sent, 17, crc32c(bytes(sent[21:])))
    struct.pack_into(">q", sent, 0, first_offset)
    return bytes(sent)


def builder(producer: int = -1, *, in_transaction: bool = False) -> DefaultRecordBatchBuilder:
    return DefaultRecordBatchBuilder(2, 0, in_transaction, producer, 0, 0, 1 << 20)


def batch(first_offset: int, offsets: list[int]) -> bytes:
    """A batch of a LogAppendTime topic; compaction may have left holes between the offsets."""
    making = builder()
    for offset in offsets:
        value = None if offset == 12 else f"value {offset}".encode()
        making.append(offset - first_offset, 1000 + offset, b"key", value, [])
    return sealed(making, first_offset, LOG_APPEND_TIME)


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


def transactional(offset: int, producer: int, values: int, marker: bool | None = None) -> bytes:
    """A batch of a transaction; with `marker` its end instead: True commits, False aborts."""
    making = builder(producer, in_transaction=True)
    for n in range(values):
        key = b"key" if marker is None else struct.pack(">HH", 0, int(marker))
        making.append(n, 1000, key, f"value {offset + n}".encode(), [])
    return sealed(making, offset, 0 if marker is None else CONTROL)


STEPS = st.lists(
    st.tuples(st.sampled_from(["write", "commit", "abort"]), st.integers(1, 3), st.integers(1, 3)),
    max_size=30,
)


def log_of(steps) -> tuple[bytes, list[tuple[int, int]], set[int]]:
    """A log that producers 1 to 3 wrote, its aborted transactions, the offsets that count."""
    sent, offset, opened, aborted, counted = b"", 0, {}, [], set()
    for step, producer, values in [*steps, *(("abort", n, 1) for n in (1, 2, 3))]:
        if step == "write":
            opened.setdefault(producer, []).extend(range(offset, offset + values))
            sent += transactional(offset, producer, values)
            offset += values
        elif producer in opened:
            offsets = opened.pop(producer)
            counted |= set(offsets) if step == "commit" else set()
            aborted += [] if step == "commit" else [(producer, offsets[0])]
            sent += transactional(offset, producer, 1, marker=step == "commit")
            offset += 1
    return sent, aborted, counted


@given(STEPS, st.integers(1, 8), st.integers(0, 40))
def test_of_any_transactions_exactly_the_committed_records_count_however_a_fetch_is_cut(
    steps, most, wanted
):
    sent, aborted, counted = log_of(steps)
    read = PartitionRecords(TOPIC, MemoryRecords(sent), aborted, wanted, None, None, True, 1)
    taken: dict[TP, int] = {}
    parts = list(WholeFetch(read, FETCHED_MS, taken, most))
    offsets = [offset for part in parts for offset in part.offsets.tolist()]
    assert offsets == sorted(offset for offset in counted if offset >= wanted)
    assert taken == ({TOPIC: offsets[-1] + 1} if offsets else {})


@pytest.mark.parametrize("marker", [True, False])
def test_markers_are_no_records_for_a_reader_of_everything_either(marker: bool):
    sent = transactional(0, 1, 2) + transactional(2, 1, 1, marker=marker)
    [records], following = whole(sent, 0)
    assert (records.offsets.tolist(), following) == ([0, 1], 3)


def stamped(timestamp: int, attributes: int) -> bytes:
    making = builder()
    making.append(0, timestamp, None, b"value", [])
    return sealed(making, 0, attributes)


FAR = 253_402_300_800_000_000  # milliseconds of year 8,031,968


@pytest.mark.parametrize("timestamp", [-1, 0, 9_000, 1_767_225_600_000_000, FAR, -FAR])
def test_a_producers_time_is_no_append_time_so_that_of_the_fetch_counts(timestamp: int):
    [records], _ = whole(stamped(timestamp, 0), 0)
    assert records.appended_ms is None
    assert records.appended_at == EPOCH + timedelta(milliseconds=FETCHED_MS)


@pytest.mark.parametrize(
    ("timestamp", "told", "known"),
    [
        (9_000, 9_000, 9_000),
        (11_000, 11_000, FETCHED_MS),
        (FAR, None, FETCHED_MS),
        (-1, None, FETCHED_MS),
    ],
)
def test_a_brokers_time_is_the_append_time_and_never_after_the_fetch(timestamp, told, known):
    [records], _ = whole(stamped(timestamp, LOG_APPEND_TIME), 0)
    assert records.appended_ms == told
    assert records.appended_at == EPOCH + timedelta(milliseconds=known)


def test_a_messages_own_headers_come_with_it_also_null_ones_and_twice_the_same():
    making, headers = builder(), [("trace", b"\x00\xff"), ("trace", None)]
    making.append(0, 1000, None, b"plain", [])
    making.append(1, 1000, None, b"traced", headers)
    [records], _ = whole(sealed(making, 0), 0)
    assert [each.headers for each in records] == [(), tuple(headers)]
