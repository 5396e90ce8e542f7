"""Completeness as an answer; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any

from msgspec import UNSET, Raw, UnsetType

from api.web.shapes import Number, Shape, Time, means
from gridfeed.domain.calendar.instants import instant, read_instant
from gridfeed.domain.calendar.spans import Spans
from gridfeed.domain.published.completeness import Stream, share
from gridfeed.domain.published.scope import Scope


class Counted(Shape):
    """How many intervals there are."""

    expected: Annotated[int, means("intervals that should have a value")]
    received: Annotated[int, means("intervals that have a value")]
    estimated: Annotated[int, means("received intervals whose value is estimated, not measured")]
    missing: Annotated[int, means("intervals that lack a value")]
    share: Annotated[
        Number | None, means("received / expected, rounded down; null if nothing is expected")
    ]


class CompletenessDay(Counted):
    """How complete a local day is."""

    start: Annotated[Time, means("start of the local day")]


class CompletenessStream(Counted):
    """How complete one series of a meter is."""

    production_format: Annotated[
        str, means("scada, settlement, forecast_day_ahead or forecast_hour_ahead")
    ]
    channel: Annotated[str, means("GROSS, STATION_LOAD or NET")]
    interval: Annotated[int, means("seconds of an interval")]
    final_through: Annotated[
        Time | None,
        means("every interval before this instant is final; null: none, forecasts, or as_of"),
    ]
    synced_at: Annotated[
        Time | None,
        means("everything that arrived before this instant is published; null: unknown, or as_of"),
    ]
    days: Annotated[list[CompletenessDay] | UnsetType, means("with by=day")] = UNSET


class CompletenessMeter(Shape):
    """How complete the series of a meter are."""

    meter_number: Annotated[str, means("of the meter")]
    streams: Annotated[list[CompletenessStream], means("by production format and channel")]


class Completeness(Shape, kw_only=True):
    """How complete the values of a meter or a project are."""

    meter_number: Annotated[str | UnsetType, means("as asked for")] = UNSET
    cds_productionproject_id: Annotated[str | UnsetType, means("as asked for")] = UNSET
    timezone: Annotated[str, means("of the days")]
    start: Annotated[Time, means("as asked for")]
    end: Annotated[Time, means("as asked for")]
    as_of: Annotated[Time | None, means("as asked for")]
    meters: Annotated[list[CompletenessMeter], means("each meter that was asked for")]


EXAMPLE = Completeness(
    meter_number="serf-east-1",
    timezone="America/Denver",
    start=read_instant("2026-03-01T07:00:00Z"),
    end=read_instant("2026-03-02T07:00:00Z"),
    as_of=None,
    meters=[
        CompletenessMeter(
            meter_number="serf-east-1",
            streams=[
                CompletenessStream(
                    production_format="scada",
                    channel="GROSS",
                    interval=300,
                    expected=288,
                    received=286,
                    estimated=3,
                    missing=2,
                    share=Raw(b"0.993055"),
                    final_through=read_instant("2026-03-06T17:20:00Z"),
                    synced_at=read_instant("2026-03-06T17:30:02Z"),
                )
            ],
        )
    ],
)


@dataclass(frozen=True, slots=True)
class FoundCompleteness:
    """The question and the result. spans: the parts of the range. by_day: whether to show days."""

    scope: Scope
    start: datetime
    end: datetime
    as_of: datetime | None
    by_day: bool
    spans: Spans
    streams: Sequence[Stream]


def completeness(found: FoundCompleteness) -> Completeness:
    """Return the answer: meter by meter, series by series."""
    scope = found.scope
    by_meter: dict[str, list[Stream]] = {each.meter_number: [] for each in scope.memberships} | {
        meter_number: list(streams)
        for meter_number, streams in groupby(found.streams, key=lambda each: each.meter_number)
    }
    project_id = scope.project.cds_productionproject_id
    return Completeness(
        meter_number=UNSET if scope.meter_number is None else scope.meter_number,
        cds_productionproject_id=project_id if scope.meter_number is None else UNSET,
        timezone=scope.project.timezone,
        start=found.start,
        end=found.end,
        as_of=found.as_of,
        meters=[
            CompletenessMeter(meter_number=number, streams=[_stream(each, found) for each in every])
            for number, every in by_meter.items()
        ],
    )


def _stream(stream: Stream, found: FoundCompleteness) -> CompletenessStream:
    counts = stream.counts
    days = zip(
        found.spans.start_us.tolist(),
        counts.expected.tolist(),
        counts.received.tolist(),
        counts.estimated.tolist(),
        strict=True,
    )
    return CompletenessStream(
        production_format=stream.production_format,
        channel=stream.channel,
        interval=stream.interval_seconds,
        **_numbers(*counts.total()),
        final_through=stream.final_through,
        synced_at=stream.synced_at,
        days=[CompletenessDay(start=instant(us), **_numbers(*numbers)) for us, *numbers in days]
        if found.by_day
        else UNSET,
    )


def _numbers(expected: int, received: int, estimated: int) -> dict[str, Any]:
    part = share(received, expected)
    return {
        "expected": expected,
        "received": received,
        "estimated": estimated,
        "missing": max(expected - received, 0),
        "share": None if part is None else Raw(part.encode()),
    }
