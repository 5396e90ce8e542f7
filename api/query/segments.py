"""Pages of usage segments with their values, found section by section and day by day."""

from api.cursor import Cursor, Key, microseconds
from api.query.database import Session
from api.query.segment_filters import LONGEST_SEGMENT, SegmentFilters
from api.query.segment_listing import Listing
from api.query.segment_sections import narrowed_to_points, sections
from api.query.segment_walk import FIRST_STEP, Walk
from api.shapes import PAGE_SIZE, Page, Segment

#: Of a cursor's key: account and contract number ("": absent), segment_start in microseconds,
#: age_rank, cds_usagesegment_id.
CURSOR_SHAPE = (str, str, int, int, str)

#: So much is read of all sections at once; of more each is walked through by itself.
AT_ONCE = FIRST_STEP + LONGEST_SEGMENT


async def page(session: Session, filters: SegmentFilters, cursor: Cursor | None) -> Page[Segment]:
    """Return a page by account number, contract number, segment_start, newest change, id."""
    listed_at = cursor.listed_at if cursor else session.opened_at
    if filters.modified_after:
        await session.value("plan_for_arguments")
    filters = await narrowed_to_points(session, filters)
    found = await _found(Listing(session, filters, cursor, listed_at))
    return Page.cut(found, cursor, listed_at, _cursor_key)


def _cursor_key(segment: Segment) -> Key:
    key = segment.key
    return (
        key.account_number,
        key.contract_number,
        microseconds(key.segment_start),
        key.age_rank,
        key.cds_usagesegment_id,
    )


async def _found(listing: Listing) -> list[Segment]:
    """Return the segments from the cursor on, one too many for a page if there are more."""
    filters = listing.filters
    window = filters.start_of_starts, filters.end_of_starts
    if filters.names is not None:
        return await listing.named(filters.names)
    if window[0] >= window[1]:
        return []
    if window[1] - window[0] <= AT_ONCE:
        return await listing.read(filters, listing.days(window), window, limit=PAGE_SIZE + 1)
    return await _walked(listing)


async def _walked(listing: Listing) -> list[Segment]:
    found: list[Segment] = []
    ahead = await sections(listing.session, listing.filters, listing.cursor)
    for section in ahead:
        walk = Walk(listing, section, is_only=len(ahead) == 1)
        more = await walk.segments(PAGE_SIZE + 1 - len(found))
        found = more + found if listing.backwards else found + more
        if len(found) > PAGE_SIZE:
            break
    return found
