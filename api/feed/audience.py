"""What one reader of the feed may see and wants to see; pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeAlias

from api.feed.part import Part
from api.reading.session import Grant
from gridfeed.storage.feed import FeedChange

#: None: every one.
Some: TypeAlias = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class FeedRequest:
    """What a reader asks for; None: everything it may see.

    values: with the values of the changed intervals. coalesce: when it falls behind, one change for
    the updates of an interval that is still open.
    """

    projects: Some = None
    meters: Some = None
    production_formats: Some = None
    kinds: Some = None
    values: bool = False
    coalesce: bool = False


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody who sees the same of the feed: equal ones share the work of representing it."""

    projects: Some
    meters: Some
    production_formats: Some
    kinds: Some
    values: bool
    coalesce: bool

    @classmethod
    def of(cls, grant: Grant, request: FeedRequest) -> "Audience":
        """Return what is requested, as far as the grant allows."""
        return cls(
            _both(grant.projects, request.projects),
            request.meters,
            _both(grant.production_formats, request.production_formats),
            request.kinds,
            request.values,
            request.coalesce,
        )

    @property
    def narrow(self) -> bool:
        """Tell whether it may see little of the feed."""
        filters = self.projects, self.meters, self.production_formats, self.kinds
        return any(some is not None for some in filters)

    def part(self, change: FeedChange) -> Part | None:
        """Return what it sees of a change; None: nothing."""
        if not (
            _in(change.kind, self.kinds)
            and _in(change.production_format, self.production_formats)
            and _in(change.meter_number, self.meters)
        ):
            return None
        pieces = change.pieces
        if self.projects is not None:
            pieces = tuple(p for p in pieces if p.cds_productionproject_id in self.projects)
        return Part(pieces) if pieces else None


def _both(granted: Collection[str] | None, requested: Some) -> Some:
    if granted is None:
        return requested
    return frozenset(granted) if requested is None else requested.intersection(granted)


def _in(word: str, words: Some) -> bool:
    return words is None or word in words
