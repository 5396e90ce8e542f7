"""Days that are like another one, at the same time of day."""

from bisect import bisect_left
from collections import defaultdict
from zoneinfo import ZoneInfo

import numpy as np

from gridfeed.domain.calendar.instants import DAY_US, MICROSECOND, instant
from gridfeed.domain.vee.series import Bools, Intervals
from gridfeed.domain.words import Channel

#: How many days are averaged, how few are enough, and how far away they may be.
REFERENCE_DAYS = 4
LEAST_DAYS = 2
FARTHEST_DAYS = 14

#: Time of day in microseconds, interval length, and whether it is a weekend's.
_Kind = tuple[int, int, bool]


class ReferenceDays:
    """Finds an interval's likes: the same time of the nearest days of the same type.

    Generation follows sun and wind, so its days are all of one type, 24 hours apart: no clock
    change moves the sun. Station load follows people: local time, weekdays apart from weekends.
    """

    def __init__(self, intervals: Intervals, trusted: Bools, zone: ZoneInfo) -> None:
        """Look among the trusted intervals. zone: of the plant."""
        self._intervals = intervals
        self._load = intervals.channel is Channel.STATION_LOAD
        self._zone = zone
        self._by_kind: dict[_Kind, list[tuple[int, int]]] = defaultdict(list)
        for row in np.flatnonzero(trusted):
            day, kind = self._place(int(row))
            self._by_kind[kind].append((day, int(row)))

    @property
    def type(self) -> str:
        """Return which days are compared."""
        return "same local time, weekdays or weekends" if self._load else "same time of day"

    def like(self, row: int) -> list[tuple[int, int]]:
        """Return start and energy of the interval on its reference days; none if they are few."""
        day, kind = self._place(row)
        every = self._by_kind.get(kind, [])
        first = bisect_left(every, (day - FARTHEST_DAYS, -1))
        last = bisect_left(every, (day + FARTHEST_DAYS + 1, -1))
        others = [each for each in every[first:last] if each[0] != day]
        nearest = sorted(others, key=lambda each: (abs(each[0] - day), each[0]))[:REFERENCE_DAYS]
        if len(nearest) < LEAST_DAYS:
            return []
        series = self._intervals
        return [(int(series.start_us[at]), int(series.energy[at])) for _, at in sorted(nearest)]

    def _place(self, row: int) -> tuple[int, _Kind]:
        start, length = int(self._intervals.start_us[row]), int(self._intervals.length_us[row])
        if not self._load:
            day, time_of_day = divmod(start, DAY_US)
            return day, (time_of_day, length, False)
        local = instant(start).astimezone(self._zone)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        time_of_day = (local.replace(tzinfo=None) - midnight) // MICROSECOND
        return local.toordinal(), (time_of_day, length, local.weekday() >= 5)
