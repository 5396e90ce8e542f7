"""Walks through one section of usage segments, in windows of days that have values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from api.segments.filters import LONGEST_SEGMENT, SegmentFilters
from api.segments.listing import Listing, Window
from api.segments.sections import Section
from api.segments.segment import Segment
from gridfeed.domain.calendar.instants import MICROSECOND
from gridfeed.domain.calendar.interval import ONE_DAY

#: One statement reads at most this span of days, since it looks into all chunks between them.
WIDEST_WINDOW = timedelta(days=256)
#: Days are looked up for at most this many segments at once.
MOST_AHEAD = 6400


@dataclass(frozen=True, slots=True)
class DaysAhead:
    """Days (UTC) that have values, in the order of reading, each with its number of series.

    more: whether further days follow. A series with values every day has one segment per day.
    """

    days: Sequence[tuple[date, int]]
    more: bool

    def windows(self, edge: datetime, enough: int) -> Iterator[tuple[date, date]]:
        """Yield windows (first day, last day) that hold enough segments each; the last may not.

        Segments on the edge's day may have been read already, so they do not count.
        """
        partial = edge.date() if edge.time() != time() else None
        window: list[date] = []
        found = 0
        for day, series in self.days:
            if window and abs(day - window[0]) >= WIDEST_WINDOW:
                yield window[0], window[-1]
                window = []
            window.append(day)
            found += 0 if day == partial else series
            if found >= enough:
                yield window[0], window[-1]
                window, found = [], 0
        if window:
            yield window[0], window[-1]


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk through one section, from the cursor if the cursor lies in the section."""

    listing: Listing
    section: Section

    async def segments(self, limit: int) -> list[Segment]:
        """Return the next segments, at most `limit`."""
        found: list[Segment] = []
        edge: datetime | None = self._first_edge()
        ahead = limit
        while len(found) < limit:
            edge = await self._leap(edge)
            if edge is None:
                break
            days = await self._days(edge, ahead)
            for first, last in days.windows(edge, limit - len(found)):
                window = self._window(edge, first, last)
                more = await self._read(window, limit - len(found))
                found = more + found if self._backwards else found + more
                edge = window[0] if self._backwards else window[1]
                if len(found) >= limit or self._changed_after:
                    break
            else:
                if not days.more:
                    break
            ahead = min(2 * ahead, MOST_AHEAD)
        return found

    @property
    def _backwards(self) -> bool:
        return self.listing.backwards

    @property
    def _changed_after(self) -> datetime | None:
        return self.listing.filters.modified_after

    @property
    def _filters(self) -> SegmentFilters:
        return replace(
            self.listing.filters,
            cds_productionproject_ids=self.section.cds_productionproject_ids,
        )

    @property
    def _bounds(self) -> Window:
        first, last = self.listing.filters.places
        return max(first, self.section.starts_at), min(last, self.section.ends_at)

    def _first_edge(self) -> datetime:
        start, cursor = self.listing.cursor_start, self.listing.cursor
        if start and cursor and cursor.key[:2] == self.section.name:
            return start + MICROSECOND if self._backwards else start
        return self._bounds[self._backwards]

    async def _leap(self, edge: datetime | None) -> datetime | None:
        """Return the edge to go on from; None: the section is finished.

        With modified_after, the walk leaps to the first segments that can hold the nearest change.
        """
        if edge is None or self._changed_after is None:
            return edge
        if self._backwards:
            found = await self._change("segments/last_changed", edge + LONGEST_SEGMENT)
            return min(edge, found + MICROSECOND) if found else None
        found = await self._change("segments/first_changed", edge)
        return max(edge, found - LONGEST_SEGMENT) if found else None

    async def _change(self, name: str, edge: datetime) -> datetime | None:
        found = await self.listing.session.value(
            name, **self._filters.series(), edge=edge, modified_after=self._changed_after
        )
        return found if isinstance(found, datetime) else None

    async def _days(self, edge: datetime, segments: int) -> DaysAhead:
        first, last = self._bounds
        first, last = (first, min(edge, last)) if self._backwards else (max(edge, first), last)
        if first >= last:
            return DaysAhead([], more=False)
        rows = await self.listing.session.fetch(
            "segments/segment_days",
            **self._filters.series(),
            first_day=first.date(),
            last_day=(last - MICROSECOND).date(),
            backwards=self._backwards,
            segments=segments,
        )
        days = [(row["utc_day"], row["series"]) for row in rows]
        return DaysAhead(days, more=bool(rows) and rows[0]["more"])

    def _window(self, edge: datetime, first: date, last: date) -> Window:
        opens, closes = _midnight(min(first, last)), _midnight(max(first, last)) + ONE_DAY
        earliest, latest = self._bounds
        if self._backwards:
            return max(opens, earliest), min(closes, edge, latest)
        return max(opens, edge, earliest), min(closes, latest)

    async def _read(self, window: Window, limit: int) -> list[Segment]:
        days = self.listing.days(window)
        return await self.listing.read(
            self._filters, days, window, limit=limit, section=self.section
        )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
