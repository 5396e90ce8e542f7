"""An aligned table as the query finds it and the representation reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gridfeed.domain.calendar.spans import Spans, Step
from gridfeed.domain.published.aligned import Aligned
from gridfeed.domain.published.scope import Scope
from gridfeed.domain.published.selection import ValueChoice
from gridfeed.domain.words import ReadingValidity


@dataclass(frozen=True, slots=True)
class Column:
    """One value a span. interval_seconds: length of the stored intervals it is the sum of.

    missing_meters: those that have no value in any of the spans they belong to the scope in.
    """

    chosen: ValueChoice
    validity: ReadingValidity
    values: Aligned
    interval_seconds: int
    missing_meters: Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """What was asked for and found. start, end: as asked, aware UTC."""

    scope: Scope
    start: datetime
    end: datetime
    interval: Step
    as_of: datetime | None
    spans: Spans
    columns: Sequence[Column]
    counts: bool

    @property
    def quantiles(self) -> bool:
        """Return whether quantiles can be there: they do not add up over meters."""
        return len({membership.meter_number for membership in self.scope.memberships}) == 1
