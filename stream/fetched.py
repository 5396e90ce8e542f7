"""The records of one fetch of one partition, as columns.

aiokafka creates an object with eleven fields for each record. Those objects, and the garbage
collector's passes over hundreds of thousands of them, cost more than everything that Gridfeed does
with a sample.
"""

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from aiokafka.consumer.fetcher import READ_COMMITTED, PartitionRecords
from aiokafka.errors import CorruptRecordException
from aiokafka.record.control_record import ABORT_MARKER, ControlRecord
from faust.types import TP

from gridfeed.domain.calendar.instants import EPOCH
from gridfeed.domain.telemetry.samples import Int64
from stream.unpacked import check_count, unreadable

#: As the producer wrote them: in order, names possibly repeated, values possibly null.
Headers = tuple[tuple[str, bytes | None], ...]

_LOG_APPEND_TIME = 1
#: No valid clock reaches this time; milliseconds.
_YEAR_9000_MS = 221_845_392_000_000


@dataclass(frozen=True, slots=True)
class Record:
    """One message with its original bytes."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Records:
    """Messages of one partition in the order of their offsets, as columns of equal length.

    fetched_ms: when the messages were fetched; milliseconds. appended_ms: when the last message was
    appended by the broker's clock; None if the topic keeps the producer's time (CreateTime), which
    may be anything. headers: the headers of each message that has any, by offset. unread: for each
    batch that cannot be read, the reason, by the offset of the one message without key and value
    that stands for the batch.
    """

    tp: TP
    offsets: Int64
    keys: list[bytes | None]
    values: list[bytes | None]
    fetched_ms: int
    appended_ms: int | None
    headers: dict[int, Headers] = field(default_factory=dict)
    unread: dict[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of messages."""
        return len(self.values)

    def __getitem__(self, position: int) -> Record:
        """Return the message at a position; negative positions count from the end."""
        offset = int(self.offsets[position])
        return Record(
            self.tp.topic,
            self.tp.partition,
            offset,
            self.keys[position],
            self.values[position],
            self.headers.get(offset, ()),
        )

    @property
    def next_offset(self) -> int:
        """Return the offset after the last message."""
        return int(self.offsets[-1]) + 1

    @property
    def appended_at(self) -> datetime:
        """Return when the last message was appended, or fetched if that is unknown.

        It is never later than the fetch, whatever the broker's clock says.
        """
        known = self.fetched_ms
        if self.appended_ms is not None:
            known = min(known, self.appended_ms)
        return EPOCH + timedelta(milliseconds=known)

    def since(self, offset: int) -> "Records":
        """Return the messages from `offset` on."""
        first = int(np.searchsorted(self.offsets, offset))
        return self.part(slice(first, None)) if first else self

    def part(self, rows: slice) -> "Records":
        """Return consecutive messages by position."""
        if rows == slice(0, len(self)):
            return self
        columns = self.offsets[rows], self.keys[rows], self.values[rows]
        return replace(self, offsets=columns[0], keys=columns[1], values=columns[2])


#: Handling this many records takes about 10 ms. A broker may send more bytes than were asked for.
MOST_RECORDS = 20_000
#: Keys and values of one fetch that may be in memory, in bytes; the rest is fetched again.
MOST_BYTES = 64 * 1024 * 1024


class WholeFetch:
    """Replaces aiokafka's iterator over the records of a fetch; yields them once, as columns."""

    def __init__(
        self,
        fetched: PartitionRecords,
        at_ms: int,
        taken: MutableMapping[TP, int],
        most: int = MOST_RECORDS,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """Take the fetched records of a partition before they are unpacked.

        at_ms: when they were fetched; milliseconds. taken: receives the offset after the records
        before they are yielded. most: the most records in one `Records`. most_bytes: the most bytes
        in all. Both limits may be exceeded by one batch of the producer.
        """
        self._tp, self._fetched, self._at_ms, self._most = fetched._tp, fetched, at_ms, most  # noqa: SLF001
        self._taken, self._bytes_left = taken, most_bytes

    @property
    def next_fetch_offset(self) -> int:
        """Return where the next fetch starts: after all records once they have been yielded."""
        return int(self._fetched.next_fetch_offset)

    def __iter__(self) -> Iterator[Records]:
        """Yield all records, together or, if there are very many, in parts.

        Stops when the records take too much memory; the next fetch starts there.
        """
        while self._fetched._records.has_next() and self._bytes_left > 0:  # noqa: SLF001
            records = _unpack(self._fetched, self._at_ms, self._most)
            columns = (*records.keys, *records.values)
            self._bytes_left -= sum(len(each) for each in columns if each)
            if len(records):
                self._taken[self._tp] = records.next_offset
            for first in range(0, len(records), self._most):
                yield records.part(slice(first, first + self._most))


def _unpack(fetched: PartitionRecords, at_ms: int, most: int) -> Records:
    """Return the records from `next_fetch_offset` on, and move that offset past them.

    Follows aiokafka: transaction markers are no records, records of aborted transactions do not
    count, and a batch may start before the requested offset. Raises CorruptRecordException.
    """
    tp, log = fetched._tp, fetched._records  # noqa: SLF001
    wanted = fetched.next_fetch_offset
    records = Records(tp, np.empty(0, np.int64), [], [], at_ms, None)
    offsets: list[int] = []
    appended_ms: int | None = None
    while log.has_next() and len(offsets) < most:
        batch = log.next_batch()
        if not batch.validate_crc():
            raise CorruptRecordException(f"Invalid CRC - {tp}")
        if not _is_left_out(fetched, batch):
            appended_ms = _read(batch, offsets, records) or appended_ms
        fetched.next_fetch_offset = max(wanted, batch.next_offset)
    columns = replace(records, offsets=np.array(offsets, np.int64), appended_ms=appended_ms)
    return columns.since(wanted)


def _read(batch: Any, offsets: list[int], records: Records) -> int | None:
    """Add a batch's messages; return when the last was appended, in milliseconds if known.

    If a batch cannot be read, one message without key and value stands for it.
    """
    before, record = len(offsets), None
    try:
        check_count(batch)
        for record in batch:
            offsets.append(record.offset)
            records.keys.append(record.key)
            records.values.append(record.value)
            if record.headers:
                records.headers[record.offset] = tuple(record.headers)
    # The checksum is right, so another fetch would return the same bytes.
    except Exception as error:  # noqa: BLE001
        place = batch.next_offset - 1
        offsets[before:], records.keys[before:], records.values[before:] = [place], [None], [None]
        records.headers.pop(place, None)
        records.unread[place] = unreadable(batch, error)
        return None
    return None if record is None else append_time(record)


def _is_left_out(fetched: PartitionRecords, batch: Any) -> bool:
    """Tell whether a batch has no valid messages: it is a marker, or its transaction was aborted.

    With each fetch the broker names the aborted transactions by producer and first offset. The
    producer's batches are skipped from that offset to its marker, also across parts of one fetch.
    """
    if fetched._isolation_level != READ_COMMITTED or batch.producer_id is None:  # noqa: SLF001
        return bool(batch.is_control_batch)
    fetched._consume_aborted_up_to(batch.base_offset)  # noqa: SLF001
    aborted: set[int] = fetched._aborted_producers  # noqa: SLF001
    if not batch.is_control_batch:
        return bool(batch.is_transactional) and batch.producer_id in aborted
    # Compaction may have removed the marker from its batch.
    marker = next(iter(batch), None)
    if marker is not None and ControlRecord.parse(marker.key) == ABORT_MARKER:
        aborted.discard(batch.producer_id)
    return True


def append_time(record: Any) -> int | None:
    """Return when a record was appended, if the broker says so; milliseconds."""
    known = record.timestamp_type == _LOG_APPEND_TIME and 0 <= record.timestamp < _YEAR_9000_MS
    return int(record.timestamp) if known else None
