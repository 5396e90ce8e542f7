"""The media types of a table: record batches to bytes, piece by piece; pure."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from api.segments.tables import csv as table_csv
from api.segments.tables.columns import SCHEMA, WORD

CSV = "text/csv"
ARROW = "application/vnd.apache.arrow.stream"
PARQUET = "application/vnd.apache.parquet"
#: Readers skip and decode whole row groups: larger ones compress better, and are held in memory.
ROWS_A_GROUP = 131_072


class Encoder(Protocol):
    """Makes one table. Without what `finish` returns it is not complete."""

    def add(self, batch: Any) -> bytes:
        """Return what can be sent once this record batch is there; may be nothing."""

    def finish(self) -> bytes:
        """Return the rest."""


class CsvEncoder:
    """A header line and a line a row. It has no end: only the transfer tells that it is whole."""

    def __init__(self) -> None:
        """Begin with the header."""
        self._head = table_csv.header()

    def add(self, batch: Any) -> bytes:
        """Return the rows, behind the header if it was not sent yet."""
        head, self._head = self._head, b""
        return head + table_csv.lines(batch)

    def finish(self) -> bytes:
        """Return the header of a table without rows."""
        return self._head


class ArrowEncoder:
    """An Arrow IPC stream: schema, record batches each with its dictionaries, end marker."""

    def __init__(self) -> None:
        """Begin with the schema."""
        self._sink = _Sink()
        self._writer = pa.ipc.new_stream(self._sink, SCHEMA)

    def add(self, batch: Any) -> bytes:
        """Return the messages of the batch."""
        if len(batch):
            self._writer.write_batch(batch)
        return self._sink.taken()

    def finish(self) -> bytes:
        """Return the end marker."""
        self._writer.close()
        return self._sink.taken()


class ParquetEncoder:
    """A Parquet file, a row group each time that enough rows have come; readers need its end."""

    def __init__(self) -> None:
        """Begin without rows."""
        self._sink = _Sink()
        words = [field.name for field in SCHEMA if field.type == WORD]
        self._writer = pq.ParquetWriter(
            self._sink, SCHEMA, compression="zstd", use_dictionary=[*words, "interval_start"]
        )
        self._waiting: list[Any] = []

    def add(self, batch: Any) -> bytes:
        """Return a row group, or nothing as long as it is small."""
        self._waiting.append(batch)
        if sum(map(len, self._waiting)) >= ROWS_A_GROUP:
            self._write()
        return self._sink.taken()

    def finish(self) -> bytes:
        """Return the last row group and the file's footer."""
        self._write()
        self._writer.close()
        return self._sink.taken()

    def _write(self) -> None:
        table = pa.Table.from_batches(self._waiting, SCHEMA)
        self._waiting = []
        if len(table):
            self._writer.write_table(table.unify_dictionaries(), row_group_size=len(table))


#: Names of files that end as their readers expect.
SUFFIX: Mapping[str, str] = {CSV: "csv", ARROW: "arrows", PARQUET: "parquet"}
ENCODERS: Mapping[str, Callable[[], Encoder]] = {
    CSV: CsvEncoder,
    ARROW: ArrowEncoder,
    PARQUET: ParquetEncoder,
}


class _Sink:
    """A file that hands out what was written to it. Arrow writes it from one thread at a time."""

    closed = False

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: Any) -> int:
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: all is there."""

    def close(self) -> None:
        """Do nothing: what was written is still to be taken."""

    def taken(self) -> bytes:
        written, self._written = self._written, []
        return b"".join(written)
