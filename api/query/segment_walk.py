"""The walk through one section of usage segments, by windows of days that grow."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from api.query.segment_filters import LONGEST_SEGMENT, SegmentFilters
from api.query.segment_listing import Listing, Window
from api.query.segment_sections import Section
from api.shapes import Segment
from gridfeed.domain.interval import MICROSECOND

#: The walk reads this much at first and twice as much each time, as long as the page is not full.
FIRST_STEP, LONGEST_STEP = timedelta(days=2), timedelta(days=128)


@dataclass(frozen=True, slots=True)
class Walk:
    """Through one section, from the cursor if that is in it."""

    listing: Listing
    section: Section
    is_only: bool

    async def segments(self, limit: int) -> list[Segment]:
        """Return at most so many segments."""
        found: list[Segment] = []
        edge: datetime | None = self._first_edge()
        leap, step = self._changed_only or not self._knows_where, FIRST_STEP
        while len(found) < limit:
            if leap:
                edge = await self._leap(edge)
            window = self._window(edge, step) if edge else None
            if window is None:
                break
            more = await self.listing.read(
                self._filters,
                self.listing.days(window),
                window,
                limit=limit - len(found),
                section=self.section,
            )
            found = more + found if self._backwards else found + more
            edge = window[0] if self._backwards else window[1]
            leap, step = not more or self._unknown_yet(edge), min(2 * step, LONGEST_STEP)
            if leap and (self._changed_only or self._unknown_yet(edge)):
                step = FIRST_STEP  # what is asked for is few and far between
        return found

    @property
    def _backwards(self) -> bool:
        return self.listing.backwards

    @property
    def _changed_only(self) -> bool:
        return self.listing.filters.modified_after is not None

    @property
    def _filters(self) -> SegmentFilters:
        return replace(
            self.listing.filters,
            cds_productionproject_ids=self.section.cds_productionproject_ids,
        )

    @property
    def _bounds(self) -> Window:
        filters = self.listing.filters
        return (
            max(filters.start_of_starts, self.section.starts_at),
            min(filters.end_of_starts, self.section.ends_at),
        )

    @property
    def _is_resumed(self) -> bool:
        cursor = self.listing.cursor
        return cursor is not None and cursor.key[:2] == self.section.name

    @property
    def _knows_where(self) -> bool:
        """Whether values are likely at the first edge, so that a leap would be in vain."""
        return self._is_resumed or (self.is_only and self.listing.filters.after is not None)

    def _first_edge(self) -> datetime:
        start = self.listing.cursor_start
        if start and self._is_resumed:
            return start + MICROSECOND if self._backwards else start
        return self._bounds[self._backwards]

    async def _leap(self, edge: datetime | None) -> datetime | None:
        """Return where to go on reading: the nearest value asked for; None: there is none."""
        if edge is None:
            return None
        if self.listing.filters.modified_after is not None:
            return await self._nearest_change(edge, self.listing.filters.modified_after)
        found = await self._interval("last_interval" if self._backwards else "first_interval", edge)
        if found and self._unknown_yet(found):
            found = await self._nearest_known(found)
        return found + MICROSECOND if found and self._backwards else found

    async def _nearest_known(self, found: datetime) -> datetime | None:
        """Return the nearest interval, from one beyond as_of on, that had a value then."""
        as_of = self.listing.session.as_of
        await self.listing.session.value("plan_for_arguments")
        if self._backwards:
            return await self._interval("last_known", found + MICROSECOND, as_of) or as_of
        return await self._interval("first_known", found, as_of)

    async def _nearest_change(self, edge: datetime, modified_after: datetime) -> datetime | None:
        """Return an edge from which segments start that hold the nearest changed interval."""
        if self._backwards:
            found = await self._interval("last_changed", edge + LONGEST_SEGMENT, modified_after)
            return min(edge, found + MICROSECOND) if found else None
        found = await self._interval("first_changed", edge, modified_after)
        return max(edge, found - LONGEST_SEGMENT) if found else None

    async def _interval(self, name: str, *arguments: object) -> datetime | None:
        found = await self.listing.session.value(name, *self._filters.series(), *arguments)
        return found if isinstance(found, datetime) else None

    def _unknown_yet(self, edge: datetime) -> bool:
        """Return whether only forecasts could reach beyond `edge` at the instant asked for."""
        as_of = self.listing.session.as_of
        return as_of is not None and edge > as_of

    def _window(self, edge: datetime, step: timedelta) -> Window | None:
        first, last = self._bounds
        if self._backwards:
            start, end = max(edge - step, first), min(edge, last)
        else:
            start, end = max(edge, first), min(edge + step, last)
            if self.listing.session.as_of and not self._unknown_yet(edge):
                end = min(end, self.listing.session.as_of + FIRST_STEP)
        return (start, end) if start < end else None
