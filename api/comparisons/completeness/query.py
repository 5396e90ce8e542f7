"""Counts the intervals that have values, by series and span."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import asyncpg
import numpy as np

from api.comparisons.touched import Touched, arguments, bounds, whole_memberships
from api.reading.session import Session
from gridfeed.domain.calendar.instants import instant
from gridfeed.domain.calendar.spans import Spans
from gridfeed.domain.published.completeness import Counts, Stream, expected, joined
from gridfeed.domain.published.scope import Scope
from gridfeed.domain.published.validity import MEASURED
from gridfeed.domain.words import ProductionFormat

#: Membership, production format, channel.
_Key = tuple[int, str, str]


async def streams(
    session: Session, found: Scope, formats: Sequence[ProductionFormat], spans: Spans
) -> list[Stream]:
    """Return every series of the meters, including series without values in the spans.

    spans: each begins where the previous one ends. For measured series, only intervals that have
    ended at the session's instant count. With as_of, final_through and synced_at are unknown.
    """
    touched = Touched.all_of(found, spans)
    until = session.as_of or session.opened_at
    counted = await _counted(session, touched, formats, spans, until)
    rows = await session.fetch(
        "comparisons/completeness_streams", **whole_memberships(touched), production_formats=formats
    )
    every = [_stream(session, touched, row, counted, spans) for row in rows]
    return joined(every)


async def _counted(
    session: Session,
    touched: Sequence[Touched],
    formats: Sequence[ProductionFormat],
    spans: Spans,
    until: datetime,
) -> dict[_Key, list[asyncpg.Record]]:
    first, last = instant(int(spans.start_us[0])), instant(int(spans.end_us[-1]))
    starts = [instant(us) for us in spans.start_us.tolist()]
    earliest, latest = bounds(touched)
    rows = await session.fetch(
        "comparisons/completeness_counts",
        **arguments(touched),
        production_formats=formats,
        span_starts=starts,
        earliest=max(first, earliest),
        latest=min(last, latest),
        until=until,
    )
    found: dict[_Key, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        found[row["membership"], row["production_format"], row["channel"]].append(row)
    return found


def _stream(
    session: Session,
    touched: Sequence[Touched],
    row: asyncpg.Record,
    counted: dict[_Key, list[asyncpg.Record]],
    spans: Spans,
) -> Stream:
    membership = touched[row["membership"]].membership
    word = ProductionFormat(row["production_format"])
    seconds = row["interval_seconds"] or membership.project.interval_seconds
    until = (session.as_of or session.opened_at) if word in MEASURED else None
    counts = Counts(
        expected(membership, seconds, spans, until), *np.zeros((2, len(spans)), np.int64)
    )
    for of_span in counted[row["membership"], word, row["channel"]]:
        counts.received[of_span["span"]] = of_span["received_seconds"] // seconds
        counts.estimated[of_span["span"]] = of_span["estimated_seconds"] // seconds
    known = session.as_of is None
    return Stream(
        membership.meter_number,
        word,
        row["channel"],
        seconds,
        counts,
        row["final_through"] if known and word in MEASURED else None,
        row["synced_at"] if known else None,
    )
