"""`gridfeed explain`: the samples, weights and decisions behind a published number."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from api.query.segment_filters import SegmentName
from gridfeed.cli import explain_print, session, terminal
from gridfeed.cli.explain_shapes import Shape, value_shape
from gridfeed.cli.explain_trace import EXPLAINERS
from gridfeed.cli.trouble import TroubleError
from gridfeed.domain.interval import local_day
from gridfeed.settings import Settings
from gridfeed.storage.connect import Connection
from gridfeed.storage.trace import (
    Span,
    TracedMeter,
    TracedValue,
    former_values,
    traced_meter,
    traced_values,
)

app = terminal.commands()

_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?", re.ASCII)


@app.command()
def explain(
    segment_id: Annotated[
        str, typer.Argument(help="cds_usagesegment_id; #HH:MM behind it names one interval.")
    ],
    *,
    at: Annotated[
        str | None, typer.Option(help="One interval: local time HH:MM[:SS], or an instant.")
    ] = None,
    database_url: Annotated[
        str | None, typer.Option(help="Instead of GRIDFEED_DATABASE_URL.")
    ] = None,
    as_json: terminal.AsJson = False,
) -> None:
    """Show how the values of a segment came about, and whether they come out again.

    \b
    Of the whole segment it lists every interval with its coverage and whether the stored value
    equals the one recomputed from the stored samples. Of one interval it shows each sample with
    its place in Kafka, how long it held, what was carried in from before, the gaps, and the
    decisions about quality; of settlement all versions, of forecasts all vintages, which one is
    current and why. Energies are generation positive; the API publishes them negative.

    \b
    Examples:
      gridfeed explain serf-east-1:scada:2026-03-01:300
      gridfeed explain serf-east-1:scada:2026-03-01:300#12:05
      gridfeed explain serf-east-1:settlement:2026-03-01:900 --at 2026-03-01T19:00:00Z --json
    """
    text, _, behind = segment_id.partition("#")
    name = SegmentName.of(text)
    if name is None:
        raise TroubleError(
            f"{text!r} is no segment id",
            "Write meter:format:YYYY-MM-DD:seconds, as cds_usagesegment_id of the API has it.",
        )
    chosen = _Chosen(at or behind or None)
    settings = session.start(database_url=database_url)
    shape = asyncio.run(_explained(settings, name, chosen))
    if as_json:
        terminal.print_json(shape)
    else:
        explain_print.print_explanation(shape)


class _Chosen:
    """Which intervals are meant: all, those at a local time of day, or the one at an instant."""

    def __init__(self, text: str | None) -> None:
        """Read the text; None means all."""
        self.text = text
        self._clock = time.fromisoformat(text) if text and _CLOCK.fullmatch(text) else None
        self._instant = None if self._clock is not None or text is None else _instant(text)

    def holds(self, value: TracedValue, zone: ZoneInfo) -> bool:
        """Tell whether the interval is meant; a time of day that comes twice means two."""
        start, length = value.interval_start, timedelta(seconds=value.interval_seconds)
        if self._instant is not None:
            return start <= self._instant < start + length
        if self._clock is None:
            return True
        local = start.astimezone(zone).replace(tzinfo=None)
        return local <= datetime.combine(local.date(), self._clock) < local + length


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise TroubleError(
            f"{text!r} names no interval", "Write 12:05, or an instant: 2026-03-01T12:05:00Z."
        )
    return instant


async def _explained(settings: Settings, name: SegmentName, chosen: _Chosen) -> Shape:
    async with session.connected(settings) as connection:
        meter = await traced_meter(connection, name.meter_number)
        if meter is None:
            raise TroubleError(
                f"meter {name.meter_number} is not declared", "See `gridfeed projects list`."
            )
        span = _span(meter, name)
        values = await _values(connection, span, chosen)
        intervals = await _intervals(connection, span, values)
    return {
        "segment": f"{name.meter_number}:{name.production_format}:{name.local_date}:{span.seconds}",
        "timezone": meter.timezone,
        "production_format": name.production_format,
        "detailed": chosen.text is not None,
        "intervals": intervals,
    }


def _span(meter: TracedMeter, name: SegmentName) -> Span:
    try:
        day = local_day(ZoneInfo(meter.timezone), name.local_date)
    except ValueError as error:
        raise TroubleError(str(error)) from None
    return Span(meter, name.production_format, day.start, day.end, name.interval_seconds)


async def _values(connection: Connection, span: Span, chosen: _Chosen) -> list[TracedValue]:
    zone = ZoneInfo(span.meter.timezone)
    values = await traced_values(connection, span)
    meant = [value for value in values if chosen.holds(value, zone)]
    if not meant:
        where = f" at {chosen.text}" if chosen.text else ""
        raise TroubleError(
            f"nothing is stored for {span.meter.meter_number}, {span.production_format},"
            f" intervals of {span.seconds} s{where}",
            f"Days and times of day are local to {span.meter.timezone};"
            f" {len(values)} intervals of the segment are stored.",
        )
    return meant


async def _intervals(
    connection: Connection, span: Span, values: Sequence[TracedValue]
) -> list[Shape]:
    starts = [value.interval_start for value in values]
    last = max(starts) + timedelta(seconds=span.seconds)
    explain_one = await EXPLAINERS[span.production_format](
        connection, replace(span, start=min(starts), end=last)
    )
    former = defaultdict(list)
    for each in await former_values(connection, span):
        former[each.channel, each.interval_start].append(each)
    found = []
    for value in values:
        again, how = explain_one(value)
        replaced = former[value.channel, value.interval_start]
        found.append({**value_shape(value, again, replaced), **how})
    return found
