"""All segments of a selection: a bound of their number of values, their state, their pages."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from api.reading.session import Session
from api.segments import pages as segments
from api.segments.filters import LONGEST_SEGMENT, SegmentFilters
from api.segments.sections import narrowed_to_points, sections
from api.segments.segment import Segment
from gridfeed.domain.words import Channel

_LONGEST_DAY_SECONDS = int(LONGEST_SEGMENT.total_seconds())


@dataclass(frozen=True, slots=True)
class Selection:
    """The segments that the filters choose.

    narrowed: filters by meters and projects alone, as the filters of accounts, contracts, service
    points and ids allow. starts, ends: every value lies between them.
    """

    session: Session
    filters: SegmentFilters
    narrowed: SegmentFilters
    starts: datetime
    ends: datetime

    @classmethod
    async def of(cls, session: Session, filters: SegmentFilters) -> Self:
        """Find the meters, projects and span of time that the filters allow."""
        starts, ends = filters.start_of_starts, filters.end_of_starts
        narrowed = await narrowed_to_points(session, filters)
        if filters.names is not None:
            numbers = {name.meter_number for name in filters.names}
            if narrowed.meter_numbers is not None:
                numbers &= set(narrowed.meter_numbers)
            narrowed = replace(narrowed, meter_numbers=tuple(sorted(numbers)))
        if any(each is not None for each in filters.contracts().values()):
            found = await sections(session, narrowed, None)
            projects = {id_ for each in found for id_ in each.cds_productionproject_ids}
            narrowed = replace(narrowed, cds_productionproject_ids=tuple(sorted(projects)))
            starts = max(starts, min((each.starts_at for each in found), default=starts))
            ends = min(ends, max((each.ends_at for each in found), default=ends))
        return cls(session, filters, narrowed, starts, max(starts, ends + LONGEST_SEGMENT))

    async def most_values(self, enough: int) -> int:
        """Return an upper bound of the number of stored values; counting stops beyond `enough`."""
        arguments = self.narrowed.series() | {
            "first_day": self.starts.date(),
            "last_day": self.ends.date(),
            "enough": enough + 1,
        }
        found = await self._count("segments/values_of_days", **arguments)
        if found > enough and self.filters.names is not None:
            found = min(found, self._values_of_names())
        if found > enough and self.filters.modified_after is not None:
            await self.session.value("reading/plan_for_arguments")
            changed = await self._count(
                "segments/values_of_changed_days",
                **arguments,
                modified_after=self.filters.modified_after,
            )
            found = min(found, changed)
        return found

    async def state(self) -> str:
        """Return a text that changes whenever the selection's segments change."""
        # A plan made for any arguments would read that span of time for every meter.
        before = await self.session.value("reading/plan_for_arguments")
        found = await self.session.value(
            "segments/selection_state",
            **self.narrowed.series(),
            starts=self.starts,
            ends=self.ends,
            modified_after=self.filters.modified_after,
        )
        if self.filters.modified_after is None:
            await self.session.value("reading/plan_as_before", mode=before)
        return str(found)

    async def pages(self) -> AsyncGenerator[Sequence[Segment], None]:
        """Yield all segments in the order of the listing, page by page."""
        cursor = None
        while True:
            page = await segments.page(self.session, self.filters, cursor)
            yield page.items
            if page.next is None:
                return
            cursor = page.next

    def _values_of_names(self) -> int:
        return sum(
            len(Channel) * -(-_LONGEST_DAY_SECONDS // name.interval_seconds)
            for name in self.filters.names or ()
        )

    async def _count(self, statement_name: str, /, **arguments: object) -> int:
        found = await self.session.value(statement_name, **arguments)
        assert isinstance(found, int)
        return found
