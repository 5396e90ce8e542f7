"""Subscriptions and attempts as stored; instants aware UTC."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from api.feed.audience import Audience, FeedRequest, Some
from api.reading.session import Grant
from gridfeed.domain.published.feed_position import Position

Words = tuple[str, ...]


class State(StrEnum):
    """Whether a subscription is served."""

    ACTIVE = "active"
    PAUSED = "paused"  # by its client
    DISABLED = "disabled"  # it failed for three days
    ENDED = "ended"  # its receiver answered 410


@dataclass(frozen=True, slots=True)
class Filters:
    """Which changes a subscription is of; None: all that its client may see."""

    projects: Words | None = None
    meter_numbers: Words | None = None
    production_formats: Words | None = None
    kinds: Words | None = None

    def audience(self, grant: Grant, *, values: bool) -> Audience:
        """Return who sees these changes, as far as the grant allows now."""
        request = FeedRequest(
            projects=_some(self.projects),
            meters=_some(self.meter_numbers),
            production_formats=_some(self.production_formats),
            kinds=_some(self.kinds),
            values=values,
        )
        return Audience.of(grant, request)


def _some(words: Words | None) -> Some:
    return None if words is None else frozenset(words)


@dataclass(frozen=True, slots=True)
class Subscription:
    """What its client sees of it.

    after: everything up to there was delivered or is not of it. failures: in a row.
    overlap_ends_at: until then a former secret signs beside the newest.
    """

    webhook_id: str
    url: str
    filters: Filters
    include_values: bool
    coalesced: bool
    state: State
    reason: str | None
    after: Position
    failures: int
    failing_since: datetime | None
    next_attempt_at: datetime
    delivered_at: datetime | None
    created_at: datetime
    modified_at: datetime
    overlap_ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A subscription in this process's hand.

    message_id, through: of the message in hand, cut before and not delivered yet; None: none is.
    grant: what its client may see now.
    """

    webhook_id: str
    url: str
    filters: Filters
    include_values: bool
    coalesced: bool
    after: Position
    message_id: str | None
    through: Position | None
    failures: int
    failing_since: datetime | None
    grant: Grant


@dataclass(frozen=True, slots=True)
class Attempt:
    """One line of the delivery log."""

    number: int
    message_id: str
    message_type: str
    changes: int
    attempted_at: datetime
    duration_us: int
    result: str
    status: int | None
    error: str | None
