"""Changes as events: made once however many receive them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from fastapi.sse import format_sse_event

from api.feed.changes.answer import Members, as_json, change_members, value_members
from api.feed.coalesce import Run
from api.feed.part import Part
from gridfeed import clock
from gridfeed.domain.published.feed_position import Position, change_id
from gridfeed.storage.feed import FeedChange, FeedValue


@dataclass(frozen=True)
class Event:
    """One change as one audience gets it; data: its JSON text."""

    position: Position
    kind: str
    data: bytes

    @property
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
    members = change_members(change, part, change.delta_microkwh, clock.now())
    if with_values:
        members |= value_members(values, part)
    return Event(change.position, change.kind, as_json(members))


def event_of_run(
    run: Run, part: Part, values: Sequence[FeedValue] | None, *, with_values: bool
) -> Event:
    """Return updates of one open interval as one event that says how many it stands for."""
    members: Members = {
        **change_members(run.last, part, run.delta_microkwh, clock.now()),
        "coalesced": run.count,
        "coalesced_from": change_id(run.first.position),
    }
    if with_values:
        members |= value_members(values, part)
    return Event(run.last.position, run.last.kind, as_json(members))
