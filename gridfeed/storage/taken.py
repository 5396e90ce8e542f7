"""Finds the published intervals that new intervals could overlap."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from gridfeed.domain.settlement.taken import TakenIntervals
from gridfeed.storage.connect import Connection
from gridfeed.storage.statements import columns_of, sql


class Key(NamedTuple):
    """The key of a series."""

    meter_id: int
    production_format: str
    channel: str


#: No interval is longer, so an interval that starts earlier cannot reach a span.
_LONGEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Taken:
    """Taken intervals by series."""

    series: dict[Key, TakenIntervals]

    def of(self, meter_id: int, production_format: str, channel: str) -> TakenIntervals:
        """Return the taken intervals of one series."""
        return self.series[Key(meter_id, production_format, channel)]


@dataclass(frozen=True, slots=True)
class SpansToLookAt:
    """Spans of time to search, each with its series, start and end; far apart within a series."""

    spans: list[tuple[Key, datetime, datetime]]

    @classmethod
    def of(cls, spans: Iterable[tuple[int, str, str, datetime, datetime]]) -> "SpansToLookAt":
        """Return the spans (meter, format, channel, start, end), merged where they are close.

        Spans of one series are merged if they are no more than a day apart.
        """
        found: list[tuple[Key, datetime, datetime]] = []
        ordered = sorted(
            (Key(meter_id, str(production_format), str(channel)), start, end)
            for meter_id, production_format, channel, start, end in spans
        )
        for key, start, end in ordered:
            if found and found[-1][0] == key and start - found[-1][2] <= _LONGEST:
                end = max(end, found[-1][2])  # noqa: PLW2901
                start = found.pop()[1]  # noqa: PLW2901
            found.append((key, start, end))
        return cls(found)


async def taken_intervals(connection: Connection, spans: SpansToLookAt) -> Taken:
    """Return the published intervals around the spans."""
    found: dict[Key, set[tuple[datetime, int]]] = defaultdict(set)
    if spans.spans:
        keys = [key for key, _, _ in spans.spans]
        earliest = [start - _LONGEST for _, start, _ in spans.spans]
        ends = [end for _, _, end in spans.spans]
        rows = await connection.fetch(
            *sql(
                "taken_intervals",
                **columns_of(Key._fields, keys),
                earliest=earliest,
                last_end=ends,
                after=min(earliest),
                before=max(ends),
            )
        )
        for row in rows:
            key = Key(row["meter_id"], row["production_format"], row["channel"])
            found[key].add((row["interval_start"], row["interval_seconds"]))
    return Taken(
        defaultdict(TakenIntervals, {key: TakenIntervals(each) for key, each in found.items()})
    )
