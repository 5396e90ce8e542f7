"""Reads usage segments from the database, by days or by id."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
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
#: Time zone, local date, the date's first instant, and the next date's first instant.
Days = Sequence[tuple[str, date, datetime, datetime]]


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing of segments: its filters, the cursor to go on from, and the instant of its order.

    No transaction that is still open records anything at or before `listed_at`.
    """

    session: Session
    filters: SegmentFilters
    cursor: Cursor | None
    listed_at: datetime

    async def named(self, names: Sequence[SegmentName]) -> list[Segment]:
        """Return the named segments that exist, but at most one more than a page holds."""
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
        """Return whether the page lies before the cursor."""
        return self.cursor is not None and self.cursor.backwards

    @property
    def cursor_start(self) -> datetime | None:
        """Return the cursor's place in time, moved into the bounds of possible readings."""
        if self.cursor is None:
            return None
        start = int(self.cursor.key[2])
        return instant(min(max(start, microseconds(EARLIEST)), microseconds(LATEST)))

    def days(self, window: Window) -> Days:
        """Return the days, in every time zone in use, that may hold segments of the window."""
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
        """Return the segments of these days placed in the window, only the section's if given."""
        starts, ends = window
        rows = await self.session.fetch(
            "segments/segment_page",
            **filters.series(),
            **filters.contracts(),
            **filters.points(),
            **_section(section),
            **_names(names),
            **self._days(days),
            **self._cursor(),
            reading_validities=filters.reading_validities,
            window_start=starts,
            window_end=ends,
            ends_after=filters.after,
            end_of_starts=filters.end_of_starts,
            modified_after=filters.modified_after,
            listed_at=self.listed_at,
            limit=limit,
        )
        return segments_of(rows, self.session.as_of)

    def _cursor(self) -> dict[str, object]:
        account, contract, _, rank, id_ = self.cursor.key if self.cursor else (None,) * 5
        return {
            "cursor_account": account,
            "cursor_contract": contract,
            "cursor_start": self.cursor_start,
            "cursor_rank": rank,
            "cursor_id": id_,
            "backwards": self.backwards,
        }

    def _days(self, days: Days) -> dict[str, object]:
        return {
            "day_timezone": [timezone for timezone, *_ in days],
            "day_date": [day for _, day, *_ in days],
            "day_opens": [opens for _, _, opens, _ in days],
            "day_closes": [closes for *_, closes in days],
            "day_summed_to": [self._summed_to(opens, closes) for _, _, opens, closes in days],
            "earliest": min((opens for _, _, opens, _ in days), default=EARLIEST),
            "latest": max((closes for *_, closes in days), default=EARLIEST),
        }

    def _summed_to(self, opens: datetime, closes: datetime) -> int | None:
        interval = self.filters.interval
        return None if interval is None else seconds_fitting(interval, Interval(opens, closes))


def _span(zone: ZoneInfo, day: date) -> Window | None:
    try:
        span = local_day(zone, day)
    except ValueError:  # the time zone skipped this date
        return None
    return span.start, span.end


def _section(section: Section | None) -> dict[str, object]:
    account, contract = section.name if section else (None, None)
    return {"section_account": account, "section_contract": contract}


def _names(names: Sequence[SegmentName] | None) -> dict[str, object]:
    def column(name: str) -> list[object] | None:
        return None if names is None else [getattr(each, name) for each in names]

    return {f"name_{each.name}": column(each.name) for each in fields(SegmentName)}
