"""Changes as events: made once however many receive them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from fastapi.sse import format_sse_event

from api.feed.changes.answer import change_seen, give_values
from api.feed.coalesce import Run
from api.feed.part import Part
from api.web.shapes import as_json
from gridfeed import clock
from gridfeed.domain.published.feed_position import Position, change_id
from gridfeed.storage.feed import FeedChange, FeedValue


@dataclass(frozen=True)
class Event:
    """One change as one audience gets it; data: its JSON text."""

    position: Position
    kind: str
    data: bytes

    @cached_property
    def id(self) -> str:
        """Return the change's id."""
        return change_id(self.position)

    @cached_property
    def sse(self) -> bytes:
        """Return it as a server-sent event."""
        return format_sse_event(data_str=self.data.decode(), event=self.kind, id=self.id)


@dataclass(frozen=True)
class Batch:
    """What an audience sees of (…, end]; `end` is where to go on, also when that is nothing.

    more: there is more behind `end` at once.
    """

    end: Position
    events: Sequence[Event] = field(default_factory=tuple)
    more: bool = False

    @cached_property
    def sse(self) -> bytes:
        """Return all events as server-sent events."""
        return b"".join([event.sse for event in self.events])


def event_of(
    change: FeedChange, part: Part, values: Sequence[FeedValue] | None, *, with_values: bool
) -> Event:
    """Return a change as an event; values as `read_values` gave them. Now it is handed out."""
    seen = change_seen(change, part, change.delta_microkwh, clock.now())
    if with_values:
        give_values(seen, values, part)
    return Event(change.position, change.kind, as_json(seen))


def event_of_run(
    run: Run, part: Part, values: Sequence[FeedValue] | None, *, with_values: bool
) -> Event:
    """Return updates of one open interval as one event that says how many it stands for."""
    seen = change_seen(run.last, part, run.delta_microkwh, clock.now())
    seen.coalesced, seen.coalesced_from = run.count, change_id(run.first.position)
    if with_values:
        give_values(seen, values, part)
    return Event(run.last.position, run.last.kind, as_json(seen))
