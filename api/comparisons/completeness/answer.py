"""Completeness as JSON; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import orjson

from gridfeed.domain.calendar.instants import instant
from gridfeed.domain.calendar.spans import Spans
from gridfeed.domain.published.completeness import Stream, share
from gridfeed.domain.published.scope import Scope


@dataclass(frozen=True, slots=True)
class Completeness:
    """What was asked for and found. spans: the parts of the range; by_day: to be shown."""

    scope: Scope
    start: datetime
    end: datetime
    as_of: datetime | None
    by_day: bool
    spans: Spans
    streams: Sequence[Stream]


def completeness(found: Completeness) -> bytes:
    """Return the JSON text: meter by meter, series by series."""
    scope = found.scope
    by_meter: dict[str, list[Stream]] = {each.meter_number: [] for each in scope.memberships} | {
        meter_number: list(streams)
        for meter_number, streams in groupby(found.streams, key=lambda each: each.meter_number)
    }
    named = (
        {"cds_productionproject_id": scope.project.cds_productionproject_id}
        if scope.meter_number is None
        else {"meter_number": scope.meter_number}
    )
    document = {
        **named,
        "timezone": scope.project.timezone,
        "start": found.start,
        "end": found.end,
        "as_of": found.as_of,
        "meters": [
            {"meter_number": number, "streams": [_stream(each, found) for each in streams]}
            for number, streams in by_meter.items()
        ],
    }
    return orjson.dumps(document, option=orjson.OPT_UTC_Z)


def _stream(stream: Stream, found: Completeness) -> dict[str, object]:
    counts = stream.counts
    days = zip(
        found.spans.start_us.tolist(),
        counts.expected.tolist(),
        counts.received.tolist(),
        counts.estimated.tolist(),
        strict=True,
    )
    return {
        "production_format": stream.production_format,
        "channel": stream.channel,
        "interval": stream.interval_seconds,
        **_numbers(*counts.total()),
        "final_through": stream.final_through,
        "synced_at": stream.synced_at,
        **(
            {"days": [{"start": instant(us), **_numbers(*numbers)} for us, *numbers in days]}
            if found.by_day
            else {}
        ),
    }


def _numbers(expected: int, received: int, estimated: int) -> dict[str, object]:
    part = share(received, expected)
    return {
        "expected": expected,
        "received": received,
        "estimated": estimated,
        "missing": max(expected - received, 0),
        "share": None if part is None else orjson.Fragment(part),
    }
