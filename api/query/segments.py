"""Pages of usage segments with their values, found day by day."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from api.cursor import Cursor, Key, instant, microseconds
from api.query.database import Session
from api.query.segment_filters import EARLIEST, LATEST, LONGEST_SEGMENT, SegmentFilters, SegmentName
from api.query.segment_rows import segments_of
from api.shapes import PAGE_SIZE, Page, Segment
from gridfeed.domain.interval import MICROSECOND, local_day, local_days

#: Of a cursor's key: segment_start in microseconds, age_rank, cds_usagesegment_id.
CURSOR_SHAPE = (int, int, str)

#: The walk reads this much at first and twice as much each time, as long as the page is not full.
FIRST_STEP, LONGEST_STEP = timedelta(days=2), timedelta(days=128)

Window = tuple[datetime, datetime]
#: Time zone, local date and its first instant, and that of the next.
Days = Sequence[tuple[str, date, datetime, datetime]]


async def page(session: Session, filters: SegmentFilters, cursor: Cursor | None) -> Page[Segment]:
    """Return a page in the order segment_start, newest change first, id."""
    if filters.modified_after:
        await session.value("plan_for_arguments")
    listing = _Listing(session, filters, cursor, cursor.listed_at if cursor else session.opened_at)
    found = await (listing.walk() if filters.names is None else listing.named(filters.names))
    return Page.cut(found, cursor, listing.listed_at, _cursor_key)


def _cursor_key(segment: Segment) -> Key:
    key = segment.key
    return microseconds(key.segment_start), key.age_rank, key.cds_usagesegment_id


@dataclass(frozen=True, slots=True)
class _Listing:
    session: Session
    filters: SegmentFilters
    cursor: Cursor | None
    listed_at: datetime

    async def walk(self) -> list[Segment]:
        """Return the segments from the cursor on, one too many for a page if there are more."""
        found: list[Segment] = []
        zones, edge, step = self._zones(), self._first_edge(), FIRST_STEP
        leap = edge is None or self.filters.modified_after is not None
        while len(found) <= PAGE_SIZE:
            if leap:
                edge = await self._leap(edge)
            window = self._window(edge, step) if edge else None
            if window is None:
                break
            days = [
                (zone.key, day, span.start, span.end)
                for zone in zones
                for day, span in local_days(zone, *window)
                if self.filters.after is None or span.end >= self.filters.after
            ]
            more = await self._read(self.filters, days, window, limit=PAGE_SIZE + 1 - len(found))
            found = more + found if self._backwards else found + more
            edge = window[0] if self._backwards else window[1]
            leap, step = not more or self._unknown_yet(edge), min(2 * step, LONGEST_STEP)
            if leap and (self.filters.modified_after or self._unknown_yet(edge)):
                step = FIRST_STEP  # what is asked for is few and far between
        return found

    async def named(self, names: Sequence[SegmentName]) -> list[Segment]:
        """Return those of the named segments that exist, one too many for a page if need be."""
        numbers = self.filters.meter_numbers
        wanted = [name for name in names if numbers is None or name.meter_number in numbers]
        dates = {name.local_date for name in wanted}
        days = [
            (zone.key, day, *span)
            for zone in self._zones()
            for day in dates
            if (span := _span(zone, day))
        ]
        filters = replace(self.filters, meter_numbers=tuple({n.meter_number for n in wanted}))
        window = filters.start_of_starts, filters.end_of_starts
        return await self._read(filters, days, window, wanted, limit=PAGE_SIZE + 1)

    @property
    def _backwards(self) -> bool:
        return self.cursor is not None and self.cursor.backwards

    @property
    def _cursor_start(self) -> datetime | None:
        if self.cursor is None:
            return None
        start = int(self.cursor.key[0])
        return instant(min(max(start, microseconds(EARLIEST)), microseconds(LATEST)))

    def _first_edge(self) -> datetime | None:
        if start := self._cursor_start:
            return start + MICROSECOND if self._backwards else start
        return self.filters.start_of_starts if self.filters.after else None

    async def _leap(self, edge: datetime | None) -> datetime | None:
        """Return where to go on reading: the nearest value asked for; None: there is none."""
        if self.filters.modified_after is not None:
            return await self._nearest_change(edge, self.filters.modified_after)
        name = "last_interval" if self._backwards else "first_interval"
        found = await self._interval(name, edge or EARLIEST)
        if found and self._backwards:
            return found + MICROSECOND
        if found and self._unknown_yet(found):
            await self.session.value("plan_for_arguments")
            return await self._interval("first_known", found, self.session.as_of)
        return found

    async def _nearest_change(
        self, edge: datetime | None, modified_after: datetime
    ) -> datetime | None:
        """Return an edge from which segments start that hold the nearest changed interval."""
        if self._backwards:
            assert edge is not None
            found = await self._interval("last_changed", edge + LONGEST_SEGMENT, modified_after)
            return min(edge, found + MICROSECOND) if found else None
        found = await self._interval("first_changed", edge or EARLIEST, modified_after)
        return max(edge or EARLIEST, found - LONGEST_SEGMENT) if found else None

    async def _interval(self, name: str, *arguments: object) -> datetime | None:
        found = await self.session.value(name, *self.filters.series(), *arguments)
        return found if isinstance(found, datetime) else None

    def _unknown_yet(self, edge: datetime) -> bool:
        """Return whether only forecasts could reach beyond `edge` at the instant asked for."""
        return self.session.as_of is not None and edge > self.session.as_of

    def _window(self, edge: datetime, step: timedelta) -> Window | None:
        if self._backwards:
            start, end = max(edge - step, self.filters.start_of_starts), edge
        else:
            start, end = edge, min(edge + step, self.filters.end_of_starts)
            if self.session.as_of and not self._unknown_yet(edge):
                end = min(end, self.session.as_of + FIRST_STEP)
        return (start, end) if start < end else None

    def _zones(self) -> list[ZoneInfo]:
        return [ZoneInfo(name) for name in self.session.timezones]

    async def _read(
        self,
        filters: SegmentFilters,
        days: Days,
        window: Window,
        names: Sequence[SegmentName] | None = None,
        *,
        limit: int,
    ) -> list[Segment]:
        key = self.cursor.key[1:] if self.cursor else (None, None)
        rows = await self.session.fetch(
            "segment_page",
            *filters.series(),
            filters.reading_validities,
            *_columns(days, 4),
            *window,
            filters.after,
            *_name_columns(names),
            self.listed_at,
            self._cursor_start,
            *key,
            self._backwards,
            limit,
            min((opens for _, _, opens, _ in days), default=EARLIEST),
            max((closes for *_, closes in days), default=EARLIEST),
            filters.modified_after,
        )
        return segments_of(rows, self.session.as_of)


def _span(zone: ZoneInfo, day: date) -> Window | None:
    try:
        span = local_day(zone, day)
    except ValueError:  # a date that the zone skipped
        return None
    return span.start, span.end


def _columns(rows: Sequence[tuple[object, ...]], count: int) -> list[list[object]]:
    return [[row[n] for row in rows] for n in range(count)]


def _name_columns(names: Sequence[SegmentName] | None) -> Sequence[object]:
    if names is None:
        return [None] * 4
    return _columns([astuple(name) for name in names], 4)
