"""Usage segments read from the database: of given days, or named ones."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from api.reading.cursor import Cursor
from api.reading.page import PAGE_SIZE
from api.reading.session import Session
from api.segments.filters import EARLIEST, LATEST, SegmentFilters, SegmentName
from api.segments.rows import segments_of
from api.segments.sections import Section
from api.segments.segment import Segment
from gridfeed.domain.calendar.instants import instant, microseconds
from gridfeed.domain.calendar.interval import Interval, local_day, local_days
from gridfeed.domain.published.summed import seconds_fitting

Window = tuple[datetime, datetime]
#: Time zone, local date and its first instant, and that of the next.
Days = Sequence[tuple[str, date, datetime, datetime]]


@dataclass(frozen=True, slots=True)
class Listing:
    """What is asked for, from where on, and as of when it is in order; reads it.

    Nothing that is still to be committed is recorded at or before `listed_at`.
    """

    session: Session
    filters: SegmentFilters
    cursor: Cursor | None
    listed_at: datetime

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
        return await self.read(filters, days, filters.places, wanted, limit=PAGE_SIZE + 1)

    @property
    def backwards(self) -> bool:
        """Return whether the page is before the cursor."""
        return self.cursor is not None and self.cursor.backwards

    @property
    def cursor_start(self) -> datetime | None:
        """Return the cursor's place in time; readings lie nowhere else than it may be moved to."""
        if self.cursor is None:
            return None
        start = int(self.cursor.key[2])
        return instant(min(max(start, microseconds(EARLIEST)), microseconds(LATEST)))

    def days(self, window: Window) -> Days:
        """Return the days, of every calendar in use, that may have segments with places in it."""
        return [
            (zone.key, day, span.start, span.end)
            for zone in self._zones()
            for day, span in local_days(zone, *window)
            if span.start < self.filters.end_of_starts
            and (self.filters.after is None or span.end >= self.filters.after)
        ]

    def _zones(self) -> list[ZoneInfo]:
        return [ZoneInfo(name) for name in self.session.timezones]

    async def read(
        self,
        filters: SegmentFilters,
        days: Days,
        window: Window,
        names: Sequence[SegmentName] | None = None,
        *,
        limit: int,
        section: Section | None = None,
    ) -> list[Segment]:
        """Return the segments of these days with places in the window, of a section if given."""
        account, contract, _, *rank_and_id = self.cursor.key if self.cursor else (None,) * 5
        rows = await self.session.fetch(
            "segments/segment_page",
            *filters.series(),
            filters.reading_validities,
            *_columns(days, 4),
            *window,
            filters.after,
            *_name_columns(names),
            self.listed_at,
            self.cursor_start,
            *rank_and_id,
            self.backwards,
            limit,
            min((opens for _, _, opens, _ in days), default=EARLIEST),
            max((closes for *_, closes in days), default=EARLIEST),
            filters.modified_after,
            *(section.name if section else (None, None)),
            account,
            contract,
            *filters.relations(),
            filters.end_of_starts,
            [self._summed_to(opens, closes) for _, _, opens, closes in days],
        )
        return segments_of(rows, self.session.as_of)

    def _summed_to(self, opens: datetime, closes: datetime) -> int | None:
        interval = self.filters.interval
        return None if interval is None else seconds_fitting(interval, Interval(opens, closes))


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
