"""Changes cut into parts whose values one statement reads; pure."""

from collections.abc import Iterator, Sequence

from gridfeed.storage import feed
from gridfeed.storage.feed import FeedChange

#: Values that one statement reads.
VALUES_AT_ONCE = 5_000


def in_parts(changes: Sequence[FeedChange]) -> Iterator[Sequence[FeedChange]]:
    """Cut changes so that a part is of at most VALUES_AT_ONCE intervals, or of one change."""
    part: list[FeedChange] = []
    intervals = 0
    for change in changes:
        seconds = (change.interval_to - change.interval_from).total_seconds()
        count = min(int(seconds) // change.interval_seconds, feed.MOST_VALUES)
        if part and intervals + count > VALUES_AT_ONCE:
            yield part
            part, intervals = [], 0
        part.append(change)
        intervals += count
    if part:
        yield part
