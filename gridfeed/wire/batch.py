"""Messages of a batch as one buffer, grouped by the header that names their schema."""

from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np

from gridfeed.domain.samples import Int64
from gridfeed.wire import framing
from gridfeed.wire.walk import PADDING, Bytes


class Batch:
    """The values, and the same bytes end to end: value i is buffer[starts[i]:ends[i]]."""

    def __init__(self, values: Sequence[bytes], joined: bytes) -> None:
        """Take the values and their concatenation with PADDING behind it; see `of`."""
        self.values = values
        self.joined = joined
        self.buffer: Bytes = np.frombuffer(joined, np.uint8)
        lengths = np.fromiter(map(len, values), np.int64, len(values))
        self.ends: Int64 = np.cumsum(lengths)
        self.starts: Int64 = self.ends - lengths

    @classmethod
    def of(cls, values: Sequence[bytes | None]) -> Self:
        """Return the batch; a value that is None counts as one without bytes."""
        present = [value or b"" for value in values]
        return cls(present, b"".join([*present, PADDING]))

    def __len__(self) -> int:
        """Return the number of messages."""
        return len(self.values)

    def bytes_of(self, rows: Int64) -> memoryview:
        """Return the messages of some rows end to end."""
        if len(rows) == len(self):
            return memoryview(self.joined)[: -len(PADDING)]
        return memoryview(b"".join([self.values[row] for row in rows.tolist()]))

    def by_header(self) -> Iterator[tuple[bytes | None, Int64]]:
        """Yield each header with the rows that start with it; None for rows without framing."""
        lengths = self.ends - self.starts
        first, second = self.buffer[self.starts], self.buffer[self.starts + 1]
        single = (first == 0xC3) & (second == 0x01) & (lengths >= framing.SINGLE_OBJECT_LENGTH)
        registered = (first == 0) & (lengths >= framing.CONFLUENT_LENGTH)
        for framed, length in (
            (single, framing.SINGLE_OBJECT_LENGTH),
            (registered, framing.CONFLUENT_LENGTH),
        ):
            for rows in self._alike(np.flatnonzero(framed), length):
                yield self.values[rows[0]][:length], rows
        unframed = np.flatnonzero(~single & ~registered)
        if len(unframed):
            yield None, unframed

    def _alike(self, rows: Int64, length: int) -> list[Int64]:
        """Split rows by their first `length` bytes, each part in order."""
        if not len(rows):
            return []
        heads = self.buffer[self.starts[rows, None] + np.arange(length)]
        keys = heads.view(np.dtype((np.void, length)))[:, 0]
        if (heads == heads[0]).all():
            return [rows]
        order = np.argsort(keys, kind="stable")
        edges = np.flatnonzero(keys[order][1:] != keys[order][:-1]) + 1
        return np.split(rows[order], edges)
