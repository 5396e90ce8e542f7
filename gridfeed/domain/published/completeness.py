"""Counts how complete a series is: expected intervals, and intervals with a value; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

import numpy as np

from gridfeed.domain.calendar.instants import SECOND_US, microseconds
from gridfeed.domain.calendar.spans import Spans
from gridfeed.domain.published.scope import FIRST_US, LAST_US, Grid, ScopeMembership
from gridfeed.domain.telemetry.samples import Int64


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of intervals for each span. received: with a value. estimated: of received."""

    expected: Int64
    received: Int64
    estimated: Int64

    @classmethod
    def none(cls, size: int) -> Self:
        """Return zeros."""
        zeros = np.zeros(size, np.int64)
        return cls(zeros, zeros, zeros)

    def plus(self, other: Self) -> Self:
        """Return the sums."""
        return type(self)(
            self.expected + other.expected,
            self.received + other.received,
            self.estimated + other.estimated,
        )

    def total(self) -> tuple[int, int, int]:
        """Return the sums over all spans: expected, received, estimated."""
        return int(self.expected.sum()), int(self.received.sum()), int(self.estimated.sum())


@dataclass(frozen=True, slots=True)
class Stream:
    """One series of one meter. interval_seconds: length of its newest interval.

    final_through: every interval before it is final, and none is open; None: there is none yet, or
    it is unknown. synced_at: the watermark of its stream; None: unknown.
    """

    meter_number: str
    production_format: str
    channel: str
    interval_seconds: int
    counts: Counts
    final_through: datetime | None
    synced_at: datetime | None

    def after(self, earlier: Self) -> Self:
        """Return this and an earlier membership of the same series as one."""
        return replace(
            self,
            counts=earlier.counts.plus(self.counts),
            final_through=self.final_through or earlier.final_through,
        )


def expected(
    membership: ScopeMembership, interval_seconds: int, spans: Spans, until: datetime | None
) -> Int64:
    """Return the number of intervals of this length that are expected in each span.

    They start in the span and in the membership. until: only intervals that end by then.
    """
    grid = Grid.of(membership.project, interval_seconds * SECOND_US)
    opens, closes = membership.starts_at, membership.ends_at
    first = FIRST_US if opens is None else grid.up(microseconds(opens))
    last = LAST_US if closes is None else grid.up(microseconds(closes))
    if until is not None:
        last = min(last, grid.down(microseconds(until)))
    edges = [
        np.array([grid.up(us) for us in column.tolist()], np.int64)
        for column in (spans.start_us, spans.end_us)
    ]
    from_, to = (np.clip(edge, first, max(first, last)) for edge in edges)
    count: Int64 = (to - from_) // grid.unit_us
    return count


def share(received: int, expected_count: int) -> str | None:
    """Return received / expected as a decimal, rounded down; 1 is all. None if none is expected."""
    if not expected_count:
        return None
    millionths = received * 1_000_000 // expected_count
    return f"{millionths // 1_000_000}.{millionths % 1_000_000:06d}"


def joined(every: Sequence[Stream]) -> list[Stream]:
    """Return one entry for each series; the last membership decides how far the series got."""
    found: dict[tuple[str, str, str], Stream] = {}
    for each in every:
        key = each.meter_number, each.production_format, each.channel
        found[key] = each.after(found[key]) if key in found else each
    return list(found.values())
