"""What a compressed batch may unpack to, with aiokafka's own codecs and batches."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from aiokafka.consumer.fetcher import PartitionRecords
from aiokafka.record._crecords import default_records
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import calc_crc32c
from faust.types import TP

from stream import unpacked
from stream.fetched import Records, WholeFetch
from stream.unpacked import bound_unpacking

TOPIC = TP("topic", 0)
MIB = 1024 * 1024
CODECS = pytest.mark.parametrize("codec", [1, 2, 3, 4], ids=["gzip", "snappy", "lz4", "zstd"])


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """A process whose worker has been built."""
    names = ("gzip_decode", "snappy_decode", "lz4_decode", "zstd_decode")
    former = {name: getattr(default_records, name) for name in names}
    bound_unpacking()
    yield
    for name, decode in former.items():
        setattr(default_records, name, decode)


def batch(codec: int, sizes: list[int], first: int = 0) -> bytes:
    """A batch of messages of these sizes."""
    builder = DefaultRecordBatchBuilder(2, codec, False, -1, -1, -1, 1 << 30)
    for place, size in enumerate(sizes):
        builder.append(place, 1000, b"k", bytes(size), [])
    sent = bytearray(builder.build())
    sent[:8] = first.to_bytes(8, "big")
    return bytes(sent)


def read(sent: bytes, **bounds: int) -> tuple[list[Records], int]:
    source = PartitionRecords(TOPIC, MemoryRecords(sent), None, 0, None, None, True, 0)
    fetch = WholeFetch(source, 1000, {}, **bounds)
    return list(fetch), fetch.next_fetch_offset


@CODECS
def test_a_batch_of_31_mib_is_read_whole(codec: int) -> None:
    [records], _ = read(batch(codec, [31 * MIB, 3]))
    assert [len(value or b"") for value in records.values] == [31 * MIB, 3]


@CODECS
def test_a_batch_of_40_mib_is_one_message_without_value_and_the_batch_behind_it_is_read(
    codec: int,
) -> None:
    [records], following = read(batch(codec, [20 * MIB, 20 * MIB]) + batch(codec, [3], 2))
    assert records.offsets.tolist() == [1, 2]
    assert records.values == [None, bytes(3)]
    assert following == 3
    said = records.unread[1]
    assert said.startswith("the batch of the offsets 0 to 1 cannot be unpacked")
    assert "33554432 bytes" in said


@CODECS
def test_a_batch_whose_compressed_bytes_are_damaged_is_one_message_without_value(
    codec: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacked, "MOST_UNPACKED", MIB)
    sent = bytearray(batch(codec, [100_000]))
    sent[80:] = bytes(len(sent) - 80)
    sent[17:21] = int(calc_crc32c(bytes(sent[21:]))).to_bytes(4, "big")
    [records], _ = read(bytes(sent))
    assert (records.values, list(records.unread)) == ([None], [0])


def test_a_batch_of_more_than_500000_messages_is_not_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(unpacked, "MOST_MESSAGES", 9)
    [records], _ = read(batch(1, [1] * 10))
    assert "more than 9 messages in one batch" in records.unread[9]


def test_of_a_fetch_that_takes_too_much_memory_the_rest_is_fetched_again() -> None:
    sent = batch(4, [900]) + batch(4, [900], 1) + batch(4, [900], 2)
    parts, following = read(sent, most=1, most_bytes=1000)
    assert [part.offsets.tolist() for part in parts] == [[0], [1]]
    assert following == 2


def test_a_batch_of_very_many_messages_comes_in_parts_of_20000() -> None:
    parts, _ = read(batch(4, [1] * 45_000))
    assert [len(part) for part in parts] == [20_000, 20_000, 5_000]
    assert all(one.next_offset == other.offsets[0] for one, other in pairwise(parts))
