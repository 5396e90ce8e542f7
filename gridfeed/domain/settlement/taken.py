"""The taken intervals of a series: a new interval must equal a taken one or overlap none."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import accumulate


class TakenIntervals:
    """Taken intervals of one (meter, production format, channel).

    A claim costs a search and one step for each of its intervals, however many are taken.
    """

    def __init__(self, intervals: Iterable[tuple[datetime, int]] = ()) -> None:
        """Take intervals (start, seconds) in any order; starts must differ."""
        ordered = sorted(intervals)
        self._starts = [start for start, _ in ordered]
        self._seconds = [seconds for _, seconds in ordered]
        ends = (start + timedelta(seconds=seconds) for start, seconds in ordered)
        #: For each interval, the latest end of it and all earlier ones.
        self._reach = list(accumulate(ends, max))

    def claim(self, starts: Sequence[datetime], seconds: int) -> datetime | None:
        """Take consecutive intervals of one length.

        Returns None, or the start of the first interval that overlaps a taken one; then none is
        taken. An identical interval is no overlap: it is a new version.
        """
        if not starts:
            return None
        first, stop = self._within(starts, seconds)
        clash = self._clash(starts, seconds, first, stop)
        if clash is None and stop - first < len(starts):
            length = timedelta(seconds=seconds)
            self._starts[first:stop] = starts
            self._seconds[first:stop] = [seconds] * len(starts)
            self._reach[first:stop] = [start + length for start in starts]
        return clash

    def _within(self, starts: Sequence[datetime], seconds: int) -> tuple[int, int]:
        end = starts[-1] + timedelta(seconds=seconds)
        first = bisect_left(self._starts, starts[0])
        return first, bisect_left(self._starts, end, first)

    def _clash(
        self, starts: Sequence[datetime], seconds: int, first: int, stop: int
    ) -> datetime | None:
        if first and self._reach[first - 1] > starts[0]:
            return starts[0]
        # Each taken interval that agrees is one of `starts`, so there are no more steps than
        # starts.
        length = timedelta(seconds=seconds)
        for at in range(first, stop):
            place, rest = divmod(self._starts[at] - starts[0], length)
            if rest or self._seconds[at] != seconds:
                return starts[place]
        return None
