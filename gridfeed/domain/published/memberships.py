"""Properties of the rows that stored values are aligned on: length, capacity, meters; pure."""

from collections.abc import Iterable, Sequence
from math import lcm

import numpy as np
from numpy.typing import NDArray

from gridfeed.domain.calendar.instants import SECOND_US, microseconds
from gridfeed.domain.calendar.spans import Spans
from gridfeed.domain.published.aligned import Intervals
from gridfeed.domain.published.scope import Scope, ScopeMembership
from gridfeed.domain.telemetry.samples import Int64

MICRO = 1_000_000


def common_seconds(found: Scope, every: Iterable[Intervals]) -> int:
    """Return the shortest length, in seconds, that all intervals fill: see `filled_by_all`."""
    lengths = {length for one in every for length in np.unique(one.length_us).tolist()}
    return filled_by_all(found, [length // SECOND_US for length in lengths])


def filled_by_all(found: Scope, seconds: Sequence[int]) -> int:
    """Return the shortest length that all lengths fill: for 5 and 15 minutes it is 15 minutes.

    Without lengths it is the project's base interval.
    """
    return lcm(*seconds) if seconds else found.project.interval_seconds


def capacity(found: Scope, spans: Spans) -> Int64:
    """Return the capacity, 10^-6 kW, of the meters that count in each span."""
    result = np.zeros(len(spans), np.int64)
    for membership in found.memberships:
        result += _begins_in(membership, spans) * int(membership.capacity_kw * MICRO)
    return result


def meters(found: Scope, spans: Spans) -> Int64:
    """Return the number of meters that count in each span."""
    result = np.zeros(len(spans), np.int64)
    for membership in found.memberships:
        result += _begins_in(membership, spans)
    return result


def _begins_in(membership: ScopeMembership, spans: Spans) -> NDArray[np.bool_]:
    inside = np.ones(len(spans), np.bool_)
    if membership.starts_at is not None:
        inside &= spans.start_us >= microseconds(membership.starts_at)
    if membership.ends_at is not None:
        inside &= spans.start_us < microseconds(membership.ends_at)
    return inside
