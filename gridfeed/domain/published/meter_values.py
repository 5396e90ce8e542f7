"""Stored values of meters as one value for each span: validity, calendar, membership; pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from zoneinfo import ZoneInfo

from gridfeed.domain.calendar.instants import SECOND_US, microseconds
from gridfeed.domain.calendar.interval import day_number
from gridfeed.domain.calendar.spans import Spans
from gridfeed.domain.published.aligned import Aligned, Expected, Intervals
from gridfeed.domain.published.resample import resample
from gridfeed.domain.published.scope import FIRST_US, LAST_US, Grid, ScopeMembership
from gridfeed.domain.published.validity import basis
from gridfeed.domain.telemetry.samples import Int64
from gridfeed.domain.words import Channel, ReadingValidity

Period = tuple[int, int]


@dataclass(frozen=True, slots=True)
class MembershipValues:
    """The stored intervals of a meter in a project, by channel: whole local days, by start."""

    membership: ScopeMembership
    channels: Mapping[Channel, Intervals]

    @property
    def shortest_us(self) -> int | None:
        """Return the length of its shortest interval; None if there are none."""
        lengths = [int(each.length_us.min()) for each in self.channels.values() if len(each)]
        return min(lengths, default=None)

    @property
    def unit_us(self) -> int:
        """Return the length of its shortest interval, or the base interval if there are none."""
        shortest = self.shortest_us
        return (
            self.membership.project.interval_seconds * SECOND_US if shortest is None else shortest
        )

    def basis(self, validity: ReadingValidity) -> Intervals:
        """Return the values of one reading validity."""
        project = self.membership.project
        return basis(validity, self.channels, project.shares, _day_of(project.timezone))

    def expected(self, validity: ReadingValidity, unit_us: int) -> list[Period]:
        """Return the periods in which values of this length are expected.

        An interval belongs to the project if it starts within the membership, and to a contract
        share if it lies wholly within the share's period.
        """
        project = self.membership.project
        grid = Grid.of(project, unit_us)
        first = grid.up(_microseconds(self.membership.starts_at, FIRST_US))
        last = grid.up(_microseconds(self.membership.ends_at, LAST_US))
        if validity != ReadingValidity.CONTRACTED:
            return [(first, last)]
        every = (
            (
                max(first, grid.up(_microseconds(share.starts_at, FIRST_US))),
                min(last, grid.down(_microseconds(share.ends_at, LAST_US))),
            )
            for share in project.shares
        )
        return [(start, end) for start, end in every if start < end]


@dataclass(frozen=True, slots=True)
class MeterValues:
    """The values of one meter for each span. unit_us: the length of its intervals."""

    meter_number: str
    values: Aligned
    unit_us: int


def by_meter(
    every: Sequence[MembershipValues], validity: ReadingValidity, spans: Spans
) -> list[MeterValues]:
    """Return the values of each meter; `every`: by meter, then by time.

    Values before, between and after a meter's memberships in the requested projects do not count.
    """
    found = []
    for meter_number, of_one in groupby(every, key=lambda each: each.membership.meter_number):
        memberships = list(of_one)
        unit_us = min(each.unit_us for each in memberships)
        expected = [span for each in memberships for span in each.expected(validity, unit_us)]
        intervals = Intervals.concatenate([each.basis(validity) for each in memberships])
        values = resample(intervals, spans, Expected(tuple(expected), unit_us))
        found.append(MeterValues(meter_number, values, unit_us))
    return found


def _day_of(timezone_name: str) -> Callable[[Int64], Int64]:
    return partial(day_number, ZoneInfo(timezone_name))


def _microseconds(at: datetime | None, otherwise: int) -> int:
    return otherwise if at is None else microseconds(at)
