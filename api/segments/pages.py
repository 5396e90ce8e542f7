"""Pages of usage segments with their values, found section by section and day by day."""

from dataclasses import replace
from datetime import datetime, timedelta

from api.reading.cursor import Cursor, Key
from api.reading.page import PAGE_SIZE, Page
from api.reading.session import Session
from api.segments.details_query import detailed
from api.segments.filters import LONGEST_SEGMENT, SegmentFilters
from api.segments.listing import Listing
from api.segments.sections import narrowed_to_points, sections
from api.segments.segment import Segment
from api.segments.walk import Walk
from gridfeed.domain.calendar.instants import microseconds

#: The types of a cursor's key: account number and contract number ("" if absent), segment_start in
#: microseconds as it was when the listing began, age_rank, cds_usagesegment_id.
CURSOR_SHAPE = (str, str, int, int, str)

#: Up to this span of time is read from all sections at once. Beyond it, each section is walked.
AT_ONCE = timedelta(days=2) + LONGEST_SEGMENT
#: This many meters fill a page in that time: four production formats on four days each.
FEW_METERS = 6


async def page(session: Session, filters: SegmentFilters, cursor: Cursor | None) -> Page[Segment]:
    """Return a page by account number, contract number, segment_start, newest change, id.

    A listing of several pages keeps the order of the instant at which it began. A listing that fits
    one page has the present order.
    """
    if filters.modified_after:
        await session.value("reading/plan_for_arguments")
    filters = await narrowed_to_points(session, filters)
    listing = Listing(session, filters, cursor, cursor.listed_at if cursor else session.opened_at)
    found = await _found(listing) if cursor or _fit_a_page(filters) else None
    if found is None or (cursor is None and len(found) > PAGE_SIZE):
        listing = replace(listing, listed_at=await _settled_until(session))
        found = await _found(listing)
    if cursor is None and len(found) <= PAGE_SIZE:
        found.sort(key=_place_of_now)
    cut = Page.cut(found, cursor, listing.listed_at, _cursor_key)
    return replace(cut, items=await detailed(session, cut.items))


def _fit_a_page(filters: SegmentFilters) -> bool:
    """Return whether one page is likely to hold all segments. Then no instant need be found."""
    if filters.names is not None:
        return len(filters.names) <= PAGE_SIZE
    few = filters.meter_numbers is not None and len(filters.meter_numbers) <= FEW_METERS
    return few and filters.end_of_starts - filters.start_of_starts <= AT_ONCE


async def _settled_until(session: Session) -> datetime:
    found = await session.value("segments/settled_until")
    assert isinstance(found, datetime)
    return found


def _place_of_now(segment: Segment) -> Key:
    key = segment.key
    return (
        key.account_number,
        key.contract_number,
        microseconds(key.segment_start),
        -microseconds(key.modified_at),
        key.cds_usagesegment_id,
    )


def _cursor_key(segment: Segment) -> Key:
    key = segment.key
    return (
        key.account_number,
        key.contract_number,
        microseconds(key.listed_start),
        key.age_rank,
        key.cds_usagesegment_id,
    )


async def _found(listing: Listing) -> list[Segment]:
    """Return the segments from the cursor on, at most one more than a page holds."""
    filters = listing.filters
    if filters.names is not None:
        return await listing.named(filters.names)
    if filters.start_of_starts >= filters.end_of_starts:
        return []
    if filters.end_of_starts - filters.start_of_starts <= AT_ONCE:
        days = listing.days((filters.start_of_starts, filters.end_of_starts))
        return await listing.read(filters, days, filters.places, limit=PAGE_SIZE + 1)
    return await _walked(listing)


async def _walked(listing: Listing) -> list[Segment]:
    found: list[Segment] = []
    ahead = await sections(listing.session, listing.filters, listing.cursor)
    for section in ahead:
        more = await Walk(listing, section).segments(PAGE_SIZE + 1 - len(found))
        found = more + found if listing.backwards else found + more
        if len(found) > PAGE_SIZE:
            break
    return found
