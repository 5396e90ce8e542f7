"""The column of a table from the windows of time that it was read in; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.comparisons.series.table import Column
from gridfeed.domain.calendar.instants import SECOND_US
from gridfeed.domain.calendar.spans import Spans
from gridfeed.domain.published.aligned import Aligned
from gridfeed.domain.published.meter_values import MembershipValues, by_meter
from gridfeed.domain.published.resample import added
from gridfeed.domain.published.scope import Scope, ScopeMembership
from gridfeed.domain.published.selection import ValueChoice
from gridfeed.domain.words import ReadingValidity


@dataclass(frozen=True, slots=True)
class Part:
    """What a window of time adds to a column.

    values: one for each span of the window. expected, present: the meters of which values are
    expected, and of which there are any. units_us: the length of the shortest interval of each
    membership; None if it has no values.
    """

    values: Aligned
    expected: frozenset[str]
    present: frozenset[str]
    units_us: Mapping[ScopeMembership, int | None]


def part(every: Sequence[MembershipValues], validity: ReadingValidity, spans: Spans) -> Part:
    """Return what the stored values of a window add; spans: those of the window."""
    meters = by_meter(every, validity, spans)
    return Part(
        values=added([meter.values for meter in meters], len(spans)),
        expected=frozenset(m.meter_number for m in meters if m.values.expected.any()),
        present=frozenset(m.meter_number for m in meters if m.values.parts.any()),
        units_us={each.membership: each.shortest_us for each in every},
    )


def column(
    found: Scope, chosen: ValueChoice, validity: ReadingValidity, parts: Sequence[Part]
) -> Column:
    """Return the column that consecutive windows make; at least one."""
    expected = frozenset().union(*(each.expected for each in parts))
    present = frozenset().union(*(each.present for each in parts))
    meters = dict.fromkeys(each.meter_number for each in found.memberships)
    return Column(
        chosen,
        validity,
        Aligned.concatenate([each.values for each in parts]),
        _interval_seconds(parts),
        [number for number in meters if number in expected - present],
    )


def _interval_seconds(parts: Sequence[Part]) -> int:
    """Return the shortest length; of a membership without values, the project's."""
    shortest: dict[ScopeMembership, int | None] = {}
    for each in parts:
        for membership, unit_us in each.units_us.items():
            lengths = [us for us in (shortest.get(membership), unit_us) if us is not None]
            shortest[membership] = min(lengths, default=None)
    lengths_us = (
        membership.project.interval_seconds * SECOND_US if unit_us is None else unit_us
        for membership, unit_us in shortest.items()
    )
    return min(lengths_us, default=SECOND_US) // SECOND_US
