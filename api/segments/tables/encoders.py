"""Encodes record batches as bytes of a table's media types, piece by piece; pure."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from api.segments.tables import csv as table_csv
from api.segments.tables.columns import SCHEMA, WORD

CSV = "text/csv"
ARROW = "application/vnd.apache.arrow.stream"
PARQUET = "application/vnd.apache.parquet"
#: Readers skip or decode whole row groups. Larger groups compress better but fill more memory here.
ROWS_A_GROUP = 131_072


class Encoder(Protocol):
    """Encodes one table. The table is complete only with the bytes that `finish` returns."""

    def add(self, batch: Any) -> bytes:
        """Take a record batch; return the bytes that can be sent now, possibly none."""

    def finish(self) -> bytes:
        """Return the remaining bytes."""


class CsvEncoder:
    """A header line and one line per row.

    CSV has no end marker: only the end of the transfer shows that the table is complete.
    """

    def __init__(self) -> None:
        """Begin with the header."""
        self._head = table_csv.header()

    def add(self, batch: Any) -> bytes:
        """Return the rows, after the header if it was not sent yet."""
        head, self._head = self._head, b""
        return head + table_csv.lines(batch)

    def finish(self) -> bytes:
        """Return the header if the table has no rows, otherwise nothing."""
        return self._head


class ArrowEncoder:
    """An Arrow IPC stream: the schema, each record batch with its dictionaries, the end marker."""

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
    """A Parquet file: a row group whenever enough rows have come. Readers need its footer."""

    def __init__(self) -> None:
        """Begin without rows."""
        self._sink = _Sink()
        words = [field.name for field in SCHEMA if field.type == WORD]
        self._writer = pq.ParquetWriter(
            self._sink, SCHEMA, compression="zstd", use_dictionary=[*words, "interval_start"]
        )
        self._waiting: list[Any] = []

    def add(self, batch: Any) -> bytes:
        """Return a row group once it has enough rows; until then, nothing."""
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


#: File names with the endings that readers expect.
SUFFIX: Mapping[str, str] = {CSV: "csv", ARROW: "arrows", PARQUET: "parquet"}
ENCODERS: Mapping[str, Callable[[], Encoder]] = {
    CSV: CsvEncoder,
    ARROW: ArrowEncoder,
    PARQUET: ParquetEncoder,
}


class _Sink:
    """A file object that hands out the bytes written to it.

    Arrow writes to it from one thread at a time.
    """

    closed = False

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: Any) -> int:
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: all bytes are in memory already."""

    def close(self) -> None:
        """Do nothing: the written bytes are still to be taken."""

    def taken(self) -> bytes:
        written, self._written = self._written, []
        return b"".join(written)
