"""Finds days that are similar to a given one, at the same time of day."""

from bisect import bisect_left
from collections import defaultdict
from zoneinfo import ZoneInfo

import numpy as np

from gridfeed.domain.calendar.instants import DAY_US, MICROSECOND, instant
from gridfeed.domain.vee.series import Bools, Intervals
from gridfeed.domain.words import Channel

#: How many days are averaged, how few suffice, and how far away they may be.
REFERENCE_DAYS = 4
LEAST_DAYS = 2
FARTHEST_DAYS = 14

#: Time of day in microseconds, interval length, and whether the day is on a weekend.
_Kind = tuple[int, int, bool]


class ReferenceDays:
    """Finds similar intervals: the same time of the nearest days of the same type.

    Generation follows sun and wind, so all its days have one type, and days are 24 hours apart: a
    change of clocks does not move the sun. Station load follows people: local time, with weekdays
    and weekends apart.
    """

    def __init__(self, intervals: Intervals, trusted: Bools, zone: ZoneInfo) -> None:
        """Index the trusted intervals. zone: of the plant."""
        self._intervals = intervals
        self._load = intervals.channel is Channel.STATION_LOAD
        self._zone = zone
        self._by_kind: dict[_Kind, list[tuple[int, int]]] = defaultdict(list)
        for row in np.flatnonzero(trusted):
            day, kind = self._place(int(row))
            self._by_kind[kind].append((day, int(row)))

    @property
    def type(self) -> str:
        """Return a description of the compared days."""
        return "same local time, weekdays or weekends" if self._load else "same time of day"

    def like(self, row: int) -> list[tuple[int, int]]:
        """Return start and energy of the interval on its reference days; empty if too few."""
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
