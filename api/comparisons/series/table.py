"""An aligned table: the result of the query, which the answer is built from."""

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
    """One value per span. interval_seconds: the length of the stored intervals that are summed.

    missing_meters: meters without a value in any of the spans in which they belong to the scope.
    """

    chosen: ValueChoice
    validity: ReadingValidity
    values: Aligned
    interval_seconds: int
    missing_meters: Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """The question and its result. start, end: as requested, aware UTC."""

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
        """Return whether quantiles are possible: quantiles of several meters cannot be added."""
        return len({membership.meter_number for membership in self.scope.memberships}) == 1
