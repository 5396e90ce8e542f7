"""The published intervals that new ones could overlap."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import sql

Key = tuple[int, str, str]
_DAY = timedelta(days=1)


@dataclass(slots=True)
class TakenSeries:
    """The taken intervals of one (meter, production format, channel), by start."""

    intervals: list[tuple[datetime, int]] = field(default_factory=list)

    def around(
        self, start: datetime, end: datetime | None = None
    ) -> Sequence[tuple[datetime, int]]:
        """Return the intervals that could overlap one of at most a day in [start, end)."""
        first = bisect_left(self.intervals, (start - _DAY, 0))
        stop = bisect_left(self.intervals, ((end or start + _DAY), 0))
        return self.intervals[first:stop]

    def claim(self, start: datetime, seconds: int) -> None:
        """Take an interval."""
        if (start, seconds) not in self.around(start):
            insort(self.intervals, (start, seconds))


@dataclass(frozen=True, slots=True)
class Taken:
    """Taken intervals by series."""

    series: dict[Key, TakenSeries]

    def of(self, meter_id: int, production_format: str, channel: str) -> TakenSeries:
        """Return those of one series."""
        return self.series[meter_id, production_format, channel]


@dataclass(frozen=True, slots=True)
class Spans:
    """The span of time to look at, per series."""

    of_series: dict[Key, tuple[datetime, datetime]]

    @classmethod
    def of(cls, spans: Iterable[tuple[int, str, str, datetime, datetime]]) -> "Spans":
        """Return the hull of each series' (meter, format, channel, start, end)."""
        hulls: dict[Key, tuple[datetime, datetime]] = {}
        for meter_id, production_format, channel, start, end in spans:
            key = meter_id, str(production_format), str(channel)
            first, last = hulls.get(key, (start, end))
            hulls[key] = min(first, start), max(last, end)
        return cls(hulls)


async def taken_intervals(connection: Connection, spans: Spans) -> Taken:
    """Return the published intervals around the spans."""
    keys, hulls = list(spans.of_series), list(spans.of_series.values())
    rows = await connection.fetch(
        sql("taken_intervals"),
        [key[0] for key in keys],
        [key[1] for key in keys],
        [key[2] for key in keys],
        [first for first, _ in hulls],
        [last for _, last in hulls],
    )
    series: dict[Key, TakenSeries] = defaultdict(TakenSeries)
    for row in sorted(rows, key=lambda row: (row["interval_start"], row["interval_seconds"])):
        key = row["meter_id"], row["production_format"], row["channel"]
        series[key].intervals.append((row["interval_start"], row["interval_seconds"]))
    return Taken(series)
