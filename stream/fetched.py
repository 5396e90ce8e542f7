"""What one fetch brought of one partition, as columns.

aiokafka makes an object of eleven fields of every record. That, and the garbage collector's walks
over hundreds of thousands of them, cost more than everything Gridfeed does with a sample.
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

#: As the producer wrote them: in order, a name perhaps more than once, a value perhaps null.
Headers = tuple[tuple[str, bytes | None], ...]

_LOG_APPEND_TIME = 1
#: No clock says this or later; milliseconds.
_YEAR_9000_MS = 221_845_392_000_000


@dataclass(frozen=True, slots=True)
class Record:
    """One message, byte for byte."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Records:
    """Messages of one partition as columns of one length, in the order of their offsets.

    fetched_ms: when they were fetched; milliseconds. appended_ms: when the last one was appended by
    the broker's clock; None where the broker does not say it, because the topic keeps the time of
    the producer (CreateTime), which may be anything. headers: by offset, of messages that have any.
    unread: of each offset that stands, without key and value, for a batch that cannot be read, the
    reason.
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
        """Return one message; counts from the end below 0."""
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
        """Return when the last one was appended; where nobody knows, when it was fetched.

        It is never later than that, whatever the broker's clock says.
        """
        known = self.fetched_ms
        if self.appended_ms is not None:
            known = min(known, self.appended_ms)
        return EPOCH + timedelta(milliseconds=known)

    def since(self, offset: int) -> "Records":
        """Return the messages from an offset on."""
        first = int(np.searchsorted(self.offsets, offset))
        return self.part(slice(first, None)) if first else self

    def part(self, rows: slice) -> "Records":
        """Return consecutive messages by their positions."""
        if rows == slice(0, len(self)):
            return self
        columns = self.offsets[rows], self.keys[rows], self.values[rows]
        return replace(self, offsets=columns[0], keys=columns[1], values=columns[2])


#: Handling so many takes some 10 ms. A broker may send more bytes than were asked for.
MOST_RECORDS = 20_000
#: Where keys and values of a fetch take more than this in memory, the rest is fetched again.
MOST_BYTES = 64 * 1024 * 1024


class WholeFetch:
    """Stands for aiokafka's iterator over the records of a fetch: yields them once, as columns."""

    def __init__(
        self,
        fetched: PartitionRecords,
        at_ms: int,
        taken: MutableMapping[TP, int],
        most: int = MOST_RECORDS,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """Take what was fetched of a partition and is not unpacked yet.

        at_ms: when it was fetched. taken: told the offset after the records before they are
        yielded. most: of one `Records`, most_bytes: of all, give or take a batch of its producer's.
        """
        self._tp, self._fetched, self._at_ms, self._most = fetched._tp, fetched, at_ms, most  # noqa: SLF001
        self._taken, self._bytes_left = taken, most_bytes

    @property
    def next_fetch_offset(self) -> int:
        """Return where the next fetch begins; past all records once they were yielded."""
        return int(self._fetched.next_fetch_offset)

    def __iter__(self) -> Iterator[Records]:
        """Yield all records, together or, where they are very many, in parts.

        What would be too much in memory is left; the next fetch begins there.
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
    """Return records from `next_fetch_offset` on, and move that past them.

    As aiokafka does it: markers of transactions are no records, those of aborted transactions do
    not count, and a batch may begin before the offset that was asked for. Raises
    CorruptRecordException.
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
    """Add a batch's messages; return when the last was appended, if the broker says it.

    Where a batch cannot be read, one place without key and value stands for it.
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
    # Its checksum is right, so another fetch would bring the same bytes.
    except Exception as error:  # noqa: BLE001
        place = batch.next_offset - 1
        offsets[before:], records.keys[before:], records.values[before:] = [place], [None], [None]
        records.headers.pop(place, None)
        records.unread[place] = unreadable(batch, error)
        return None
    return None if record is None else append_time(record)


def _is_left_out(fetched: PartitionRecords, batch: Any) -> bool:
    """Tell whether a batch holds no messages that count: a marker, or an aborted transaction's.

    What was aborted the broker says with each fetch: a producer and its transaction's first offset.
    Its batches are left out from there to its marker, also in the next part of the same fetch.
    """
    if fetched._isolation_level != READ_COMMITTED or batch.producer_id is None:  # noqa: SLF001
        return bool(batch.is_control_batch)
    fetched._consume_aborted_up_to(batch.base_offset)  # noqa: SLF001
    aborted: set[int] = fetched._aborted_producers  # noqa: SLF001
    if not batch.is_control_batch:
        return bool(batch.is_transactional) and batch.producer_id in aborted
    # Compaction may have taken the marker out of its batch.
    marker = next(iter(batch), None)
    if marker is not None and ControlRecord.parse(marker.key) == ABORT_MARKER:
        aborted.discard(batch.producer_id)
    return True


def append_time(record: Any) -> int | None:
    """Return when a record was appended, if the broker says it; milliseconds."""
    known = record.timestamp_type == _LOG_APPEND_TIME and 0 <= record.timestamp < _YEAR_9000_MS
    return int(record.timestamp) if known else None
