"""Messages of a batch in one buffer, grouped by the header that names their schema."""

from collections.abc import Iterator, Sequence
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from gridfeed.avro import framing
from gridfeed.domain.telemetry.samples import Int64

#: Zero bytes after the last message, so that no look-ahead leaves the buffer.
PADDING = bytes(16)

_8 = np.uint64(8)
_32_BITS = np.uint64(0xFFFF_FFFF)

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]
Mask = NDArray[np.bool_]


class Batch:
    """The values, and the same bytes end to end: value i is joined[starts[i]:ends[i]]."""

    def __init__(self, values: Sequence[bytes], joined: bytes) -> None:
        """Take the values and their concatenation followed by PADDING; see `of`."""
        self.values = values
        self.joined = joined
        self.buffer: Bytes = np.frombuffer(joined, np.uint8)
        self.lengths: Int64 = np.fromiter(map(len, values), np.int64, len(values))
        self.ends: Int64 = np.cumsum(self.lengths)
        self.starts: Int64 = self.ends - self.lengths

    @classmethod
    def of(cls, values: Sequence[bytes | None]) -> Self:
        """Return the batch; None counts as a value without bytes."""
        if None in values:
            return cls.of([value or b"" for value in values])
        present = cast("Sequence[bytes]", values)
        return cls(present, b"".join([*present, PADDING]))

    def __len__(self) -> int:
        """Return the number of messages."""
        return len(self.values)

    def numbers(self, places: Int64, dtype: str) -> NDArray[Any]:
        """Return the numbers of this numpy type that start at these places, aligned or not.

        places: at most the end of the last message. dtype: at most eight bytes wide.
        """
        width = np.dtype(dtype).itemsize
        shifted = np.ndarray((len(self.buffer) - width + 1,), dtype, self.joined, 0, (1,))
        return shifted[places]

    def words(self, places: Int64) -> Words:
        """Return the eight bytes from each place on, the first one in the lowest bits."""
        return self.numbers(places, "<u8")

    def by_header(self) -> Iterator[tuple[bytes | None, Int64]]:
        """Yield each header with the rows that start with it; None for rows without framing.

        Headers with a schema id come before all others.
        """
        heads = self.words(self.starts)
        single = (heads & 0xFFFF == 0x01C3) & (self.lengths >= framing.SINGLE_OBJECT_LENGTH)
        registered = (heads & 0xFF == 0) & (self.lengths >= framing.CONFLUENT_LENGTH)
        rows = np.flatnonzero(registered)
        for alike in _split(rows, heads[rows] >> _8 & _32_BITS):
            yield self.values[alike[0]][: framing.CONFLUENT_LENGTH], alike
        rows = np.flatnonzero(single)
        fingerprints = self.words(self.starts[rows] + len(framing.SINGLE_OBJECT))
        for alike in _split(rows, fingerprints):
            yield self.values[alike[0]][: framing.SINGLE_OBJECT_LENGTH], alike
        unframed = np.flatnonzero(~single & ~registered)
        if len(unframed):
            yield None, unframed


def _split(rows: Int64, keys: Words) -> Iterator[Int64]:
    """Yield the rows of each key, in order."""
    if not len(rows):
        return
    if (keys == keys[0]).all():
        yield rows
        return
    order = np.argsort(keys, kind="stable")
    rows, keys = rows[order], keys[order]
    edges = (np.flatnonzero(keys[1:] != keys[:-1]) + 1).tolist()
    for start, end in zip([0, *edges], [*edges, len(rows)], strict=True):
        yield rows[start:end]
