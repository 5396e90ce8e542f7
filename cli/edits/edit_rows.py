"""The intervals of an edit, and the check that they can be edited."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from api.comparisons.validation.shapes import PlantMeter
from api.reading.session import Session, narrowed
from api.segments.filters import SegmentName
from cli import session
from cli.edits.vee_meter import EVERYTHING, MEASURED, known
from cli.fault import Fault
from cli.imports import cells
from cli.imports.forms import Form
from cli.imports.local_times import only_instant
from cli.imports.rows import BadHeaderError, read_rows
from cli.trouble import TroubleError
from gridfeed.domain.calendar.instants import read_instant
from gridfeed.domain.calendar.interval import is_aligned
from gridfeed.domain.words import Channel, ProductionFormat, ReadingQuality
from gridfeed.settings import Settings
from gridfeed.storage.edits import Edited

#: A value of these qualities may have been billed, so an edit makes it CORRECTED, not MANUAL.
_BILLED = {ReadingQuality.REVENUE, ReadingQuality.CORRECTED}
_SHOWN = 20
#: The method of a value that a person gives.
METHOD = "set"


@dataclass(frozen=True, slots=True)
class EditRow:
    """One interval and its new value, as written. energy_microkwh None: the interval gets no value.

    start: an instant, or the local time on local_date. where: the row's name in error messages.
    """

    where: str
    meter_number: str
    production_format: ProductionFormat
    channel: Channel | None
    start: datetime | time
    local_date: date | None
    interval_seconds: int
    energy_microkwh: int | None
    quality: ReadingQuality | None


def named(
    interval: str, value: str, channel: Channel | None, quality: ReadingQuality | None
) -> EditRow:
    """Read SEGMENT_ID#HH:MM (or #INSTANT) and a value. Raises TroubleError."""
    name, behind = SegmentName.and_behind(interval)
    if name is None or not behind:
        raise TroubleError(
            f"{interval!r} does not name an interval",
            "Write meter:format:YYYY-MM-DD:seconds#HH:MM: a cds_usagesegment_id of the API and the"
            " local time at which the interval starts.",
        )
    if name.production_format not in MEASURED:
        raise TroubleError(
            f"{name.production_format} is not measured", f"Edit {' or '.join(MEASURED)}."
        )
    try:
        energy = _energy(value)
    except ValueError as error:
        raise TroubleError(str(error), "Give kWh, generation positive, or null.") from None
    return EditRow(
        interval,
        name.meter_number,
        name.production_format,
        channel,
        _start(behind),
        name.local_date,
        name.interval_seconds,
        energy,
        quality,
    )


def from_file(content: bytes, name: str) -> list[EditRow]:
    """Read the rows of a CSV file. Raises TroubleError that lists every fault."""
    try:
        text = io.StringIO(content.decode("utf-8-sig"), newline="")
        rows = list(read_rows(text, _FORM, None))
    except UnicodeDecodeError as error:
        raise TroubleError(f"{name}: not UTF-8 ({error})", "Save the file as UTF-8.") from None
    except BadHeaderError as error:
        raise TroubleError(f"{name}:1: {error}", "Nothing was published.") from None
    faults = [f"{name}:{row.line}: {row.text}" for row in rows if isinstance(row, Fault)]
    if faults or not rows:
        told = "\n".join(faults[:_SHOWN]) or f"{name} has no rows"
        raise TroubleError(told, "Nothing was published.")
    return [
        EditRow(
            f"{name}:{row.line}",
            row.values["meter_number"],
            row.values["production_format"],
            row.values["channel"],
            row.values["interval_start"],
            None,
            row.values["interval_seconds"],
            row.values["energy_kwh"],
            row.values.get("quality"),
        )
        for row in rows
        if not isinstance(row, Fault)
    ]


async def checked(settings: Settings, rows: Sequence[EditRow]) -> list[Edited]:
    """Return the rows to store. Raises TroubleError that names a row that cannot be edited."""
    async with session.connected(settings) as connection:
        view = await narrowed(connection, EVERYTHING, None)
        meters = {
            number: await known(view, number)
            for number in sorted({each.meter_number for each in rows})
        }
        found = [await _checked(view, meters[each.meter_number], each) for each in rows]
    _refuse_twice(rows, found)
    return found


def _refuse_twice(rows: Sequence[EditRow], found: Sequence[Edited]) -> None:
    seen = set()
    for row, each in zip(rows, found, strict=True):
        place = each.meter_id, each.production_format, each.channel, each.interval_start
        if place in seen:
            raise TroubleError(f"{row.where}: the interval is given twice")
        seen.add(place)


async def _checked(view: Session, meter: PlantMeter, each: EditRow) -> Edited:
    start = _instant(each, meter.zone)
    _refuse_misaligned(meter, each, start)
    rows = await view.fetch(
        "lineage/edit_former",
        meter_id=meter.meter_id,
        production_format=each.production_format,
        interval_start=start,
        interval_seconds=each.interval_seconds,
    )
    channel = _channel(each, [Channel(row["channel"]) for row in rows])
    former = {row["channel"]: row["quality"] for row in rows}.get(channel)
    quality = each.quality
    if quality is None:
        quality = ReadingQuality.CORRECTED if former in _BILLED else ReadingQuality.MANUAL
    return Edited(
        meter.meter_id,
        each.production_format,
        channel,
        start,
        each.interval_seconds,
        each.energy_microkwh,
        None if each.energy_microkwh is None else quality,
        METHOD,
        {"given": each.where},
    )


def _channel(each: EditRow, stored: Sequence[Channel]) -> Channel:
    """Return the channel that the row names, or else the only stored channel."""
    if each.channel is not None:
        return each.channel
    if len(stored) != 1:
        raise TroubleError(
            f"{each.where}: values are of {', '.join(stored) or 'no channel yet'}",
            "Name one with --channel: GROSS, STATION_LOAD or NET.",
        )
    return stored[0]


def _instant(each: EditRow, zone: ZoneInfo) -> datetime:
    if isinstance(each.start, datetime):
        return each.start
    assert each.local_date is not None
    try:
        return only_instant(zone, datetime.combine(each.local_date, each.start))
    except ValueError as error:
        raise TroubleError(
            f"{each.where}: {error}", "Write the instant: #2026-03-01T12:15:00-07:00."
        ) from None


def _refuse_misaligned(meter: PlantMeter, each: EditRow, start: datetime) -> None:
    seconds, base = each.interval_seconds, meter.interval_seconds
    if each.production_format is ProductionFormat.SCADA and seconds != base:
        raise TroubleError(
            f"{each.where}: telemetry of {meter.meter_number} has intervals of {base} s",
            "Edit these intervals; longer intervals are sums of them.",
        )
    if not is_aligned(start, seconds, meter.zone):
        raise TroubleError(
            f"{each.where}: no interval of {seconds} s starts at {start.astimezone(meter.zone)}",
            "Intervals are counted from local midnight.",
        )


def _start(text: str) -> datetime | time:
    try:
        if "T" not in text.upper() and len(text) <= len("12:15:00"):
            return time.fromisoformat(text)
        return read_instant(text)
    except ValueError:
        raise TroubleError(
            f"{text!r} is not a time", "Write 12:15, or an instant: 2026-03-01T19:15:00Z."
        ) from None


def _energy(text: str) -> int | None:
    return None if text == "null" else cells.microkwh(text)


def _aware(text: str) -> datetime:
    at = cells.time(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no offset; write 2026-03-01T19:15:00Z")
    return at


def _measured(text: str) -> ProductionFormat:
    if text not in MEASURED:
        raise ValueError(f"{text!r} is not one of {', '.join(MEASURED)}")
    return ProductionFormat(text)


def _quality(text: str) -> ReadingQuality:
    try:
        return ReadingQuality(text.lower())
    except ValueError:
        raise ValueError(f"{text!r} is not one of {', '.join(ReadingQuality)}") from None


_FORM = Form(
    {
        "meter_number": cells.meter_number,
        "production_format": _measured,
        "channel": cells.word(Channel),
        "interval_start": _aware,
        "interval_seconds": cells.whole(1),
        "energy_kwh": _energy,
    },
    {"quality": _quality},
    at="interval_start",
)
