"""Reads the values of one meter or project as columns on common spans of time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import asyncpg
import numpy as np

from api.comparisons.parameters import MOST_INTERVALS
from api.comparisons.touched import Touched, arguments, bounds
from api.reading.session import Session
from gridfeed.domain.calendar.instants import MICROSECOND, SECOND_US, instant, microseconds
from gridfeed.domain.calendar.spans import Spans
from gridfeed.domain.published.aligned import (
    QUALITIES,
    Aligned,
    Exact,
    Intervals,
    divided,
    widened,
)
from gridfeed.domain.published.memberships import filled_by_all
from gridfeed.domain.published.meter_values import MembershipValues, by_meter
from gridfeed.domain.published.resample import added
from gridfeed.domain.published.scope import Scope
from gridfeed.domain.published.selection import ValueChoice, VintageKind
from gridfeed.domain.published.windows import windows
from gridfeed.domain.telemetry.samples import Int64
from gridfeed.domain.words import Channel, ProductionFormat, ReadingValidity

SECONDS_PER_HOUR = 3600
_TYPES = {
    "quality": np.dtype(np.uint8),
    **dict.fromkeys(("present", "has_p10", "has_p90"), np.dtype(np.bool_)),
}
#: At most this many intervals are read at once of each of the two sides that are compared.
AT_ONCE = MOST_INTERVALS // 2
#: A range of settlement versions that contains no version.
_NO_VERSION = 1, 0


async def stored(
    session: Session, found: Scope, chosen: ValueChoice, spans: Spans
) -> list[MembershipValues]:
    """Return the values stored for the local days that the spans touch, by meter, then by time.

    There is one entry for every membership that the spans touch, even if it has no values. Raises
    ValueError for a settlement run that no project of the scope has.
    """
    if not len(spans):
        return []
    touched = Touched.all_of(found, spans)
    if chosen.published:
        rows = await _published(session, touched, chosen)
    elif chosen.production_format == ProductionFormat.SETTLEMENT:
        rows = await _reads(session, touched, chosen, found)
    else:
        rows = await _vintages(session, touched, chosen)
    channels: list[dict[Channel, Intervals]] = [{} for _ in touched]
    for row in rows:
        channels[row["membership"]][Channel(row["channel"])] = _intervals(row)
    return [
        MembershipValues(each.membership, of_membership)
        for each, of_membership in zip(touched, channels, strict=True)
    ]


Sums = dict[ReadingValidity, Aligned]


def is_long(found: Scope, start: datetime, end: datetime) -> bool:
    """Return whether a range is read window by window."""
    return len(windows(found, start, end, AT_ONCE)) > 1


async def summed(
    session: Session,
    found: Scope,
    chosen: ValueChoice,
    validities: Sequence[ReadingValidity],
    spans: Spans,
) -> Sums:
    """Return the sums of all meters for each span, by reading validity; read window by window.

    spans: at least one. Raises ValueError like `stored`.
    """
    # In a thread, so that other requests go on.
    parts = [
        await asyncio.to_thread(sums, values, validities, part)
        async for values, part in stored_in_windows(session, found, chosen, spans)
    ]
    return {word: Aligned.concatenate([part[word] for part in parts]) for word in validities}


async def stored_in_windows(
    session: Session, found: Scope, chosen: ValueChoice, spans: Spans
) -> AsyncIterator[tuple[list[MembershipValues], Spans]]:
    """Yield the stored values of each window of the spans' time, and the spans that start there.

    spans: at least one. Raises ValueError like `stored`.
    """
    for window in windows(found, instant(int(spans.start_us[0])), _end(spans), AT_ONCE):
        part = spans.starting_in(*map(microseconds, window))
        yield await stored(session, found, chosen, part), part


def sums(
    values: Sequence[MembershipValues], validities: Sequence[ReadingValidity], spans: Spans
) -> Sums:
    """Return the sums of all meters for each span, by reading validity."""
    return {
        word: added([each.values for each in by_meter(values, word, spans)], len(spans))
        for word in validities
    }


async def stored_seconds(
    session: Session, found: Scope, formats: Sequence[ProductionFormat], spans: Spans
) -> int:
    """Return the shortest length that the intervals of all days (UTC) of the spans fill.

    It is known without reading the intervals. A day at an edge counts whole.
    """
    touched = Touched.all_of(found, spans)
    earliest, latest = bounds(touched)
    rows = await session.fetch(
        "comparisons/stored_seconds",
        meter_ids=[each.membership.meter_id for each in touched],
        production_formats=formats,
        first_day=earliest.date(),
        last_day=(latest - MICROSECOND).date(),
    )
    return filled_by_all(found, [row["interval_seconds"] for row in rows])


def _end(spans: Spans) -> datetime:
    return instant(int(spans.end_us[-1]))


async def _published(
    session: Session, touched: Sequence[Touched], chosen: ValueChoice
) -> list[asyncpg.Record]:
    return await session.fetch(
        "comparisons/aligned_values",
        **_places(touched),
        production_format=chosen.production_format,
        qualities=QUALITIES,
    )


async def _reads(
    session: Session, touched: Sequence[Touched], chosen: ValueChoice, found: Scope
) -> list[asyncpg.Record]:
    choice = chosen.settlement
    if choice.versions(found.settlement_runs()) is None:
        raise ValueError(choice.unknown(found.settlement_runs()))
    versions = [
        choice.versions(each.membership.project.settlement_runs) or _NO_VERSION for each in touched
    ]
    return await session.fetch(
        "comparisons/aligned_reads",
        **_places(touched),
        production_format=chosen.production_format,
        qualities=QUALITIES,
        lowest=[lowest for lowest, _ in versions],
        highest=[highest for _, highest in versions],
    )


async def _vintages(
    session: Session, touched: Sequence[Touched], chosen: ValueChoice
) -> list[asyncpg.Record]:
    rule = chosen.vintage
    return await session.fetch(
        "comparisons/aligned_vintages",
        **_places(touched),
        production_format=chosen.production_format,
        only_in_time=rule.kind == VintageKind.GATE,
        lead=rule.lead,
        issued_before=rule.issued_before,
        model=rule.model,
    )


def _places(touched: Sequence[Touched]) -> dict[str, object]:
    earliest, latest = bounds(touched)
    return arguments(touched) | {"earliest": earliest, "latest": latest}


def _intervals(row: asyncpg.Record) -> Intervals:
    columns = {
        name: np.frombuffer(value, ">i8").astype(_TYPES.get(name, np.dtype(np.int64)))
        for name, value in row.items()
        if name not in {"membership", "channel"}
    }
    seconds = columns.pop("interval_seconds")
    if "energy" not in columns:
        columns |= {
            energy: _mean_energy(columns.pop(power), seconds)
            for power, energy in (("power", "energy"), ("p10_power", "p10"), ("p90_power", "p90"))
        }
    found = Intervals.of(length_us=seconds * SECOND_US, **columns)
    return found.take(np.argsort(found.start_us))


def _mean_energy(power: Int64, seconds: Int64) -> Exact:
    """Compute `gridfeed.domain.settlement.forecast.mean_energy` for every row."""
    return divided(widened(power, int(seconds.max())) * seconds, SECONDS_PER_HOUR)
