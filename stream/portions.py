"""A fetch in portions: what is worked off at once, before others have their turn."""

from collections.abc import Iterator

import numpy as np

from stream.fetched import Records

#: So many small messages take some 50 ms to decode and to check.
MOST_MESSAGES = 500
#: A message of more is a portion by itself: its bytes are values, and how many a message may have
#: is bounded.
MOST_BYTES = 65_536


def portions(records: Records) -> Iterator[Records]:
    """Yield the records in order, a portion of bounded size at a time; each holds at least one."""
    sizes = np.fromiter((len(value or b"") for value in records.values), np.int64, len(records))
    ends = np.cumsum(sizes)
    first = 0
    while first < len(records):
        before = int(ends[first] - sizes[first])
        stop = int(np.searchsorted(ends, before + MOST_BYTES, side="right"))
        stop = max(first + 1, min(stop, first + MOST_MESSAGES))
        yield records.part(slice(first, stop))
        first = stop
