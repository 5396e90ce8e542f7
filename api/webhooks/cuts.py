"""From a subscription's cursor on: the changes of its next message, or of the one in hand again."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from api.feed.coalesce import Runs
from api.feed.events import event_of_run
from api.feed.page import Page
from api.feed.part import Part
from api.feed.shared import SharedFeed
from api.webhooks.shapes import Claim
from gridfeed.domain.published.feed_position import Position

#: One message holds at most so many changes, and ends when it is longer than so many bytes.
MOST_CHANGES = 500
MOST_BYTES = 512 * 1024
#: Pages that are looked through for one message; what is not of the subscription is passed over.
MOST_PAGES = 20

#: A change of a page, and the part of it that the subscription sees.
Seen: TypeAlias = tuple[Page, int, Part]


@dataclass(frozen=True, slots=True)
class Cut:
    """Changes, each JSON text, and the position behind them; none: nothing is for the subscription.

    recorded_at: of the oldest change.
    """

    changes: tuple[bytes, ...]
    through: Position
    recorded_at: datetime | None


async def cut(feed: SharedFeed, claim: Claim) -> Cut:
    """Read what a claim's next message holds; of a message in hand, the same once more.

    Raises GoneError when the feed no longer reaches back to the cursor, and what
    SharedFeed.read does.
    """
    audience = claim.filters.audience(claim.grant, values=claim.include_values)
    seen: list[Seen] = []
    at, pages = claim.after, 0
    while claim.through or pages < MOST_PAGES:
        page = await feed.behind(audience, at)
        if claim.include_values:
            await feed.load_values(page, audience, at)
        end = _taken(seen, page, claim, at)
        if end is not None or page.end == at:
            at = end or at
            break
        at, pages = page.end, pages + 1
    first = seen[0][0].changes[seen[0][1]].recorded_at if seen else None
    return Cut(tuple(_texts(seen, claim)), at, first)


def _taken(seen: list[Seen], page: Page, claim: Claim, after: Position) -> Position | None:
    """Take what a page has for the claim; return where the message ends, None: not yet.

    A message in hand ends where it was cut, a new one where it is full. Coalesced, a later page
    counts as a whole or not at all, so that what is one stays one.
    """
    audience = claim.filters.audience(claim.grant, values=claim.include_values)
    found = [(page, place, part) for place, part in page.seen(audience, after)]
    if claim.through:
        seen += [each for each in found if _position(each) <= claim.through]
        return claim.through if page.end >= claim.through else None
    if claim.coalesced and len(_runs([*seen, *found])) <= MOST_CHANGES:
        seen += found
        return None
    if claim.coalesced and seen:
        return after
    room = _room(seen, found, claim)
    seen += found[:room]
    full = room < len(found) or len(seen) == MOST_CHANGES
    return _position(found[room - 1]) if full else None


def _room(seen: list[Seen], found: list[Seen], claim: Claim) -> int:
    """Return how many of the changes that a page has there is room for; at least one."""
    values, most = claim.include_values, MOST_CHANGES - len(seen)
    size = sum(_size(each, values=values) for each in seen)
    for count, each in enumerate(found[:most], start=1):
        size += _size(each, values=values)
        if size >= MOST_BYTES:
            return count
    return min(len(found), most)


def _size(each: Seen, *, values: bool) -> int:
    page, place, part = each
    return len(page.event(place, part, with_values=values).data)


def _texts(seen: list[Seen], claim: Claim) -> list[bytes]:
    """Return the changes as JSON texts, runs of updates of an open interval as one if it may be."""
    values = claim.include_values
    if not claim.coalesced:
        return [page.event(place, part, with_values=values).data for page, place, part in seen]
    by_position = {_position(each): each for each in seen}
    texts = []
    for run in _runs(seen):
        page, place, part = by_position[run.last.position]
        event = (
            page.event(place, part, with_values=values)
            if run.count == 1
            else event_of_run(run, part, page.values_of(place), with_values=values)
        )
        texts.append(event.data)
    return texts


def _runs(seen: list[Seen]) -> Runs:
    return Runs().with_more(page.changes[place] for page, place, _ in seen)


def _position(each: Seen) -> Position:
    page, place, _ = each
    return page.changes[place].position
