"""Finds the possible columns of an aligned table and reads their values."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from api.comparisons.aligned import stored
from api.comparisons.series.table import Column
from api.reading.session import Session
from gridfeed.domain.calendar.instants import SECOND_US
from gridfeed.domain.calendar.spans import Spans
from gridfeed.domain.net import net_channels
from gridfeed.domain.published.memberships import common_seconds
from gridfeed.domain.published.meter_values import MembershipValues, by_meter
from gridfeed.domain.published.resample import added
from gridfeed.domain.published.scope import Scope
from gridfeed.domain.published.selection import ValueChoice
from gridfeed.domain.published.validity import MEASURED
from gridfeed.domain.words import Channel, ProductionFormat, ReadingValidity

Validities = tuple[ReadingValidity, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """The stored values of one choice, and the validities to derive from them."""

    chosen: ValueChoice
    validities: Validities
    memberships: Sequence[MembershipValues]

    @property
    def interval_seconds(self) -> int:
        """Return the length of the shortest stored intervals."""
        return min((each.unit_us for each in self.memberships), default=SECOND_US) // SECOND_US


async def offered(
    session: Session, found: Scope, formats: Collection[ProductionFormat]
) -> dict[ProductionFormat, Validities]:
    """Return the reading validities that the meters' series can provide, by production format."""
    meter_ids = list({membership.meter_id for membership in found.memberships})
    channels: dict[tuple[ProductionFormat, int], set[str]] = defaultdict(set)
    for row in await session.fetch(
        "comparisons/offered_series", meter_ids=meter_ids, production_formats=list(formats)
    ):
        channels[ProductionFormat(row["production_format"]), row["meter_id"]].add(row["channel"])
    shared = any(membership.project.shares for membership in found.memberships)
    every: dict[ProductionFormat, set[ReadingValidity]] = defaultdict(set)
    for (production_format, _), of_meter in channels.items():
        every[production_format] |= _validities(of_meter, shared and production_format in MEASURED)
    return {
        word: tuple(v for v in ReadingValidity if v in every[word])
        for word in ProductionFormat
        if every.get(word)
    }


def _validities(channels: set[str], shared: bool) -> set[ReadingValidity]:
    found = set()
    if Channel.GROSS in channels:
        found.add(ReadingValidity.TOTAL_GROSS)
    if net_channels(channels):
        found.add(ReadingValidity.NET_METERING)
    if found and shared:
        found.add(ReadingValidity.CONTRACTED)
    return found


async def read(
    session: Session, found: Scope, wanted: Sequence[tuple[ValueChoice, Validities]], spans: Spans
) -> list[Stored]:
    """Read the values of each choice.

    Raises ValueError for a settlement run that no project has.
    """
    return [
        Stored(chosen, validities, await stored(session, found, chosen, spans))
        for chosen, validities in wanted
    ]


def finest_common(found: Scope, every: Sequence[Stored]) -> int:
    """Return the shortest length, in seconds, that all stored intervals can be summed to."""
    intervals = (
        i for each in every for membership in each.memberships for i in membership.channels.values()
    )
    return common_seconds(found, intervals)


def columns(every: Sequence[Stored], spans: Spans) -> list[Column]:
    """Return the columns, with their values summed to these spans."""
    return [_column(each, validity, spans) for each in every for validity in each.validities]


def _column(of: Stored, validity: ReadingValidity, spans: Spans) -> Column:
    meters = by_meter(of.memberships, validity, spans)
    missing = [
        meter.meter_number
        for meter in meters
        if meter.values.expected.any() and not meter.values.parts.any()
    ]
    values = added([meter.values for meter in meters], len(spans))
    return Column(of.chosen, validity, values, of.interval_seconds, missing)
