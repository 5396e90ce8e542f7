"""From pages in memory to what one audience is sent of them; pure.

Values must be loaded where the audience wants them.
"""

from collections.abc import Sequence

from api.feed.audience import Audience
from api.feed.coalesce import Run, Runs
from api.feed.events import Batch, Event, event_of_run
from api.feed.page import Page
from api.feed.part import Part
from gridfeed.domain.published.feed_position import Position

#: What one batch holds at most, but for its last event, where changes carry values.
BATCH_BYTES = 500_000


def plain(page: Page, position: Position, audience: Audience, limit: int) -> Batch:
    """Return the page's changes behind the position, each one; cut at `limit` or BATCH_BYTES."""
    events: list[Event] = []
    size = 0
    for place, part in page.seen(audience, position):
        if len(events) == limit or size >= BATCH_BYTES:
            return Batch(events[-1].position, events, more=True)
        event = page.event(place, part, with_values=audience.values)
        events.append(event)
        size += len(event.data)
    return Batch(page.end, events, more=page.full)


def gathered(pages: Sequence[Page], position: Position, audience: Audience, limit: int) -> Batch:
    """Return changes of pages that follow one another, with updates of open intervals coalesced.

    At most `limit` are left, so a later page counts as a whole or not at all.
    """
    runs = Runs()
    found: dict[Position, tuple[Page, int, Part]] = {}
    end, more = position, False
    for page in pages:
        seen = list(page.seen(audience, position))
        if page is pages[0] and len(seen) > limit:
            seen, more = seen[:limit], True
        wider = runs.with_more(page.changes[place] for place, _ in seen)
        if len(wider) > limit:
            more = True
            break
        found |= {page.changes[place].position: (page, place, part) for place, part in seen}
        runs, end = wider, page.changes[seen[-1][0]].position if more else page.end
        if more:
            break
    events = [_event(run, *found[run.last.position], audience) for run in runs]
    return Batch(end, events, more=more or pages[-1].full)


def _event(run: Run, page: Page, place: int, part: Part, audience: Audience) -> Event:
    if run.count == 1:
        return page.event(place, part, with_values=audience.values)
    return event_of_run(run, part, page.values_of(place), with_values=audience.values)
