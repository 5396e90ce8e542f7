"""CSV texts as `gridfeed import` reads them, without Kafka: messages back to what they say."""

import io
import json
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import fastavro

import schemas
from cli.imports.dialect import PLAIN, Dialect
from cli.imports.messages import Checked, Message, Reader, Sheet
from cli.imports.rows import BadHeaderError
from gridfeed.kafka.topics import Stream

READ_AT = datetime(2026, 4, 1, tzinfo=UTC)
READS = "meter_number,interval_start,interval_seconds,energy_kwh"
_RECORDS = {
    Stream.TELEMETRY: "TelemetrySample",
    Stream.READS: "RevenueRead",
    Stream.FORECASTS: "Forecast",
}


def read(
    stream: Stream, text: str, dialect: Dialect = PLAIN, zone: str | None = None
) -> tuple[Checked, list[Message]]:
    """Return what checking found, and the messages of the sound rows."""
    file = io.StringIO(text, newline="")
    reader = Reader(Sheet(stream, READ_AT, None, ZoneInfo(zone) if zone else None, dialect))
    checked = reader.check(file)
    return checked, list(reader.messages(file, checked))


def said(
    stream: Stream, text: str, dialect: Dialect = PLAIN, zone: str | None = None
) -> list[dict[str, Any]]:
    """Return what the messages of a faultless file say, by an Avro reader of its own."""
    checked, messages = read(stream, text, dialect, zone)
    assert checked.faults == []
    schema = fastavro.parse_schema(json.loads(schemas.avro()[_RECORDS[stream]]))
    return [
        fastavro.schemaless_reader(BytesIO(each.value[10:]), schema, None)  # type: ignore[misc]
        for each in messages
    ]


def faults(
    stream: Stream, text: str, dialect: Dialect = PLAIN, zone: str | None = None
) -> list[str]:
    """Return LINE: TEXT of every fault; of a wrong header line 1."""
    try:
        return [f"{each.line}: {each.text}" for each in read(stream, text, dialect, zone)[0].faults]
    except BadHeaderError as error:
        return [f"1: {error}"]
