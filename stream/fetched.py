"""What one fetch brought of one partition, as columns.

aiokafka makes an object of eleven fields of every record. That, and the garbage collector's walks
over hundreds of thousands of them, cost more than everything Gridfeed does with a sample.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
from aiokafka.consumer.fetcher import PartitionRecords
from aiokafka.errors import CorruptRecordException
from faust.types import TP

from gridfeed.domain.interval import EPOCH
from gridfeed.domain.samples import Int64
from stream.unpacked import check_count, unreadable


@dataclass(frozen=True, slots=True)
class Record:
    """One message, byte for byte."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Records:
    """Messages of one partition as columns of one length, in the order of their offsets.

    appended_ms: when the last one was appended, as the broker says; milliseconds. unread: of each
    offset that stands, without key and value, for a batch that cannot be read, the reason.
    """

    tp: TP
    offsets: Int64
    keys: list[bytes | None]
    values: list[bytes | None]
    appended_ms: int
    unread: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of messages."""
        return len(self.values)

    def __getitem__(self, position: int) -> Record:
        """Return one message; counts from the end below 0."""
        return Record(
            self.tp.topic,
            self.tp.partition,
            int(self.offsets[position]),
            self.keys[position],
            self.values[position],
        )

    @property
    def next_offset(self) -> int:
        """Return the offset after the last message."""
        return int(self.offsets[-1]) + 1

    @property
    def appended_at(self) -> datetime:
        """Return when the last one was appended, as an instant."""
        return EPOCH + timedelta(milliseconds=self.appended_ms)

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
        tp: TP,
        fetched: PartitionRecords,
        most: int = MOST_RECORDS,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """Take what was fetched of a partition and is not unpacked yet.

        most: of one `Records`, most_bytes: of all, give or take a batch of its producer's.
        """
        self._tp, self._fetched, self._most = tp, fetched, most
        self._bytes_left = most_bytes

    @property
    def next_fetch_offset(self) -> int:
        """Return where the next fetch begins; past all records once they were yielded."""
        return int(self._fetched.next_fetch_offset)

    def __iter__(self) -> Iterator[Records]:
        """Yield all records, together or, where they are very many, in parts.

        What would be too much in memory is left; the next fetch begins there.
        """
        while self._fetched._records.has_next() and self._bytes_left > 0:  # noqa: SLF001
            records = _unpack(self._tp, self._fetched, self._most)
            columns = (*records.keys, *records.values)
            self._bytes_left -= sum(len(each) for each in columns if each)
            for first in range(0, len(records), self._most):
                yield records.part(slice(first, first + self._most))


def _unpack(tp: TP, fetched: PartitionRecords, most: int) -> Records:
    """Return records from `next_fetch_offset` on, and move that past them.

    As aiokafka does it for "read uncommitted": markers of transactions are no records, and a batch
    may begin before the offset that was asked for. Raises CorruptRecordException.
    """
    offsets: list[int] = []
    keys: list[bytes | None] = []
    values: list[bytes | None] = []
    unread: dict[int, str] = {}
    wanted, appended_ms = fetched.next_fetch_offset, 0
    log = fetched._records  # noqa: SLF001
    while log.has_next() and len(offsets) < most:
        batch = log.next_batch()
        if not batch.validate_crc():
            raise CorruptRecordException(f"Invalid CRC - {tp}")
        if not batch.is_control_batch:
            before = len(offsets)
            try:
                check_count(batch)
                for record in batch:
                    offsets.append(record.offset)
                    keys.append(record.key)
                    values.append(record.value)
                    appended_ms = record.timestamp
            # Its checksum is right, so another fetch would bring the same bytes.
            except Exception as error:  # noqa: BLE001
                place = batch.next_offset - 1
                offsets[before:], keys[before:], values[before:] = [place], [None], [None]
                unread[place] = unreadable(batch, error)
                appended_ms = batch.max_timestamp
        fetched.next_fetch_offset = batch.next_offset
    columns = np.array(offsets, np.int64), keys, values
    return Records(tp, *columns, appended_ms, unread).since(wanted)
