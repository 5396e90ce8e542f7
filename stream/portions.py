"""Splits a fetch into portions: after each portion other tasks run."""

from collections.abc import Iterator

import numpy as np

from stream.fetched import Records

#: Decoding and checking this many small messages takes about 50 ms.
MOST_MESSAGES = 500
#: A larger message is a portion by itself. Its bytes are values, and their number in a message is
#: limited.
MOST_BYTES = 65_536


def portions(records: Records) -> Iterator[Records]:
    """Yield the records in order, in portions of limited size with at least one record each."""
    sizes = np.fromiter((len(value or b"") for value in records.values), np.int64, len(records))
    ends = np.cumsum(sizes)
    first = 0
    while first < len(records):
        before = int(ends[first] - sizes[first])
        stop = int(np.searchsorted(ends, before + MOST_BYTES, side="right"))
        stop = max(first + 1, min(stop, first + MOST_MESSAGES))
        yield records.part(slice(first, stop))
        first = stop
