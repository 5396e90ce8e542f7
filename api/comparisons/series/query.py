"""Finds the possible columns of an aligned table and reads their values."""

from asyncio import to_thread
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.comparisons.aligned import is_long, stored, stored_in_windows, stored_seconds
from api.comparisons.parameters import MOST_INTERVALS
from api.comparisons.series.parts import Part, column, part
from api.comparisons.series.table import Column
from api.reading.session import Session
from gridfeed.domain.calendar.spans import Spans
from gridfeed.domain.net import net_channels
from gridfeed.domain.published.memberships import common_seconds
from gridfeed.domain.published.meter_values import MembershipValues
from gridfeed.domain.published.scope import Scope
from gridfeed.domain.published.selection import ValueChoice
from gridfeed.domain.published.validity import MEASURED
from gridfeed.domain.words import Channel, ProductionFormat, ReadingValidity

Validities = tuple[ReadingValidity, ...]
#: The choices of values to read, and the validities to derive from each.
ColumnChoices = Sequence[tuple[ValueChoice, Validities]]


@dataclass(frozen=True, slots=True)
class Stored:
    """The stored values of one choice, and the validities to derive from them."""

    chosen: ValueChoice
    validities: Validities
    memberships: Sequence[MembershipValues]


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


async def read(session: Session, found: Scope, wanted: ColumnChoices, spans: Spans) -> list[Stored]:
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


async def finest_stored(session: Session, found: Scope, wanted: ColumnChoices, spans: Spans) -> int:
    """Return that length without reading the intervals; a day (UTC) at an edge counts whole."""
    formats = {choice.production_format for choice, _ in wanted}
    return await stored_seconds(session, found, list(formats), spans)


def is_too_long_for_once(found: Scope, start: datetime, end: datetime, choices: int) -> bool:
    """Return whether the intervals of a range, read for each choice, are read window by window."""
    read = found.intervals_within(start, end) * choices
    return is_long(found, start, end) or read > MOST_INTERVALS


def columns(found: Scope, every: Sequence[Stored], spans: Spans) -> list[Column]:
    """Return the columns, with their values summed to these spans."""
    return [
        column(found, each.chosen, validity, [part(each.memberships, validity, spans)])
        for each in every
        for validity in each.validities
    ]


async def columns_in_parts(
    session: Session, found: Scope, wanted: ColumnChoices, spans: Spans
) -> list[Column]:
    """Return the columns; read window by window, so that memory has a bound.

    spans: at least one. Raises ValueError for a settlement run that no project has.
    """
    made: list[Column] = []
    for chosen, validities in wanted:
        parts: dict[ReadingValidity, list[Part]] = {validity: [] for validity in validities}
        async for values, within in stored_in_windows(session, found, chosen, spans):
            for validity, of_validity in parts.items():
                # In a thread, so that other requests go on.
                of_validity.append(await to_thread(part, values, validity, within))
        made += [column(found, chosen, validity, parts[validity]) for validity in validities]
    return made
