"""A page of the feed in memory: indexed, and represented once for everybody who sees it whole."""

import asyncio
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from api.feed.audience import Audience
from api.feed.events import Event, event_of
from api.feed.part import Part
from gridfeed.domain.published.feed_position import Position
from gridfeed.storage.feed import FeedPage, FeedValue

#: Values of one interval in memory, as a part of what a change takes.
VALUE_WEIGHT = 0.25


class Page:
    """Everything in (after, end]. Immutable, but for what is made when it is first asked for.

    read_at: when it was read, on the loop's clock. Values of a change are there once they have been
    loaded; `wanted` are places whose values somebody waits for, `loading` is held while they are
    read.
    """

    def __init__(self, page: FeedPage, read_at: float) -> None:
        """Index a page that was just read."""
        self.after, self.end, self.full = page.after, page.end, page.full
        self.changes = page.changes
        self.read_at = read_at
        self.wanted: set[int] = set()
        self.loading = asyncio.Lock()
        self._values: dict[int, Sequence[FeedValue] | None] = {}
        self._loaded = 0
        self._positions = [change.position for change in page.changes]
        self._by_project: defaultdict[str, list[int]] = defaultdict(list)
        self._by_meter: defaultdict[str, list[int]] = defaultdict(list)
        for place, change in enumerate(page.changes):
            self._by_meter[change.meter_number].append(place)
            # A meter that came back has two pieces of one project.
            for project in {piece.cds_productionproject_id for piece in change.pieces}:
                self._by_project[project].append(place)
        self._whole: tuple[dict[int, Event], dict[int, Event]] = ({}, {})

    @property
    def weight(self) -> float:
        """Return roughly how much memory it takes, in changes without values."""
        return len(self.changes) + VALUE_WEIGHT * self._loaded

    def covers(self, position: Position) -> bool:
        """Tell whether reading behind the position begins in this page."""
        return self.after <= position < self.end

    def seen(self, audience: Audience, position: Position) -> Iterator[tuple[int, Part]]:
        """Yield place and part of the changes behind the position that the audience sees."""
        first = bisect_right(self._positions, position)
        for place in self._candidates(audience):
            if place >= first and (part := audience.part(self.changes[place])):
                yield place, part

    def event(self, place: int, part: Part, *, with_values: bool) -> Event:
        """Return a change as an event; values must have been loaded before."""
        change = self.changes[place]
        if len(change.pieces) > 1:
            return event_of(change, part, self.values_of(place), with_values=with_values)
        made = self._whole[with_values]
        event = made.get(place)
        if event is None:
            event = event_of(change, part, self.values_of(place), with_values=with_values)
            made[place] = event
        return event

    def values_of(self, place: int) -> Sequence[FeedValue] | None:
        """Return the values of a change, None where they are not known or not loaded."""
        return self._values.get(place)

    def lacking(self, places: Iterable[int]) -> set[int]:
        """Return those of the places whose values are not loaded."""
        return {place for place in places if place not in self._values}

    def load(self, places: Iterable[int], found: Iterable[Sequence[FeedValue] | None]) -> None:
        """Take the values of changes."""
        self._values.update(zip(places, found, strict=True))
        self._loaded = sum(len(values or ()) for values in self._values.values())

    def _candidates(self, audience: Audience) -> Sequence[int]:
        if audience.meters is not None:
            return _merged(self._by_meter, audience.meters)
        if audience.projects is not None:
            return _merged(self._by_project, audience.projects)
        return range(len(self.changes))


def _merged(index: defaultdict[str, list[int]], names: frozenset[str]) -> Sequence[int]:
    """Return the places of any of the names, ascending."""
    common = names & index.keys()
    if not common:
        return ()
    if len(common) == 1:
        (name,) = common
        return index[name]
    return sorted({place for name in common for place in index[name]})
