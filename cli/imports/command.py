"""`gridfeed import`: sends readings from a file to Kafka."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO, TextIO

import typer

from cli import input_file, session, terminal
from cli.imports import dialect, options, outcome, waiting
from cli.imports.messages import Checked, Reader, Sheet
from cli.imports.options import DecimalSign
from cli.imports.rows import BadHeaderError
from cli.imports.sent import Sent, send
from cli.trouble import STOPPED, TroubleError
from gridfeed import clock
from gridfeed.kafka.topic_admin import partition_counts
from gridfeed.kafka.topics import Stream, input_topic
from gridfeed.settings import Settings
from gridfeed.storage.connect import UNREACHABLE

app = terminal.commands("Send readings from a file to Kafka.")

#: Errors that end the waiting before the outcome is known.
_UNKNOWN: tuple[type[BaseException], ...] = (TroubleError, *UNREACHABLE, KeyboardInterrupt)


@dataclass(frozen=True, slots=True)
class _Way:
    """The destination of the messages. seconds: the time to wait without news; None: no waiting."""

    settings: Settings
    topic: str
    partitions: int
    seconds: float | None


@app.command("csv")
def import_csv(
    file: Annotated[
        Path, typer.Argument(callback=input_file.readable, help="CSV file; - reads stdin.")
    ],
    *,
    kind: options.As,
    meter: options.Meter = None,
    timezone: options.Timezone = None,
    delimiter: options.Delimiter = ",",
    decimal: options.DecimalOption = DecimalSign.POINT,
    unit: options.UnitOption = None,
    interval_ending: options.IntervalEnding = False,
    tenant: options.Tenant = None,
    skip_bad: options.SkipBad = False,
    wait: options.Wait = 60,
    no_wait: options.NoWait = False,
    as_json: terminal.AsJson = False,
) -> None:
    """Send the rows of a CSV file to Kafka and wait until they are published or rejected.

    \b
    The first line names the columns, in any order; those in brackets may be left out:
      telemetry  meter_number,observed_at,power_kw[,quality][,channel]
                 quality GOOD (default), UNCERTAIN, BAD, SUBSTITUTED
                 channel GROSS (default), STATION_LOAD, NET
      reads      meter_number,interval_start,interval_seconds,energy_kwh
                 [,channel][,quality][,settlement_version][,read_at]
                 channel NET (default), GROSS, STATION_LOAD
                 quality VALID (default), RAW, MANUAL, REVENUE, ESTIMATED, CORRECTED
                 settlement_version 0 (default), then 1, 2 and so on
                 read_at defaults to the time of the file's last change
      forecasts  meter_number,product,issued_at,start,interval_seconds,power_kw
                 [,p10_kw][,p90_kw][,model]
                 product DAY_AHEAD, HOUR_AHEAD; a row is the mean power of an interval; rows of
                 one meter, product and issued_at are one vintage, sent in as few messages as
                 its gaps allow
      registers  meter_number,read_at,value,digits,multiplier[,register]
                 value is the number on the dials, digits the number of whole dials,
                 multiplier kWh per unit, register total (default)
    Generation is positive. Energies are exact, with at most 6 decimals of a kWh. Times have an
    offset, or are local to --timezone; when clocks are set back, the order of the rows decides
    between the first and the second pass of an hour. Digits beyond the microsecond are dropped.

    \b
    Files are UTF-8, or UTF-16 with a byte order mark. Say how other programs write; nothing is
    guessed:
      --delimiter ';' --decimal ,    12,5;13,0
      --unit MWh                     energy_kwh, or a column energy_mwh, holds MWh
      --interval-ending              interval_start (in forecasts: start), or a column
                                     interval_end, holds ends; 24:00 is the end of a day

    \b
    If one line is bad, nothing is sent, unless you give --skip-bad. Sending a file again changes
    nothing. The exit code is 1 if rows were rejected, or if no row was handled for --wait seconds
    while some still wait.

    \b
    Examples:
      gridfeed import csv reads.csv --as reads
      gridfeed import csv tomorrow.csv --as forecasts --unit MW
      gridfeed import csv dials.csv --as registers
      gridfeed import csv logger.csv --as telemetry --meter serf-east-1 --timezone America/Denver
      gridfeed import csv export.csv --as reads --delimiter ';' --decimal , --interval-ending
    """
    stream = Stream(kind)
    written = options.dialect(stream, delimiter, decimal, unit, interval_ending)
    way = _way(session.start(), stream, tenant, None if no_wait else wait)
    with _opened(file) as (text, written_at):
        reader = Reader(Sheet(stream, written_at, meter, timezone, written))
        checked = _check(reader, text, file, skip_bad=skip_bad)
        before = _before(way)
        sent = _send_all(way, reader, text, checked)
    found = _outcome(way, before, sent, checked)
    outcome.report(sent, checked, found, as_json=as_json)
    if found is not None:
        outcome.refuse(input_file.spelled(file), sent, found, wait)


def _way(settings: Settings, stream: Stream, tenant: str | None, seconds: float | None) -> _Way:
    if tenant and tenant not in settings.tenant_names:
        raise TroubleError(
            f"no worker reads a topic of tenant {tenant}",
            "Add the tenant to GRIDFEED_TENANTS, here and for the workers.",
        )
    topic = input_topic(settings, stream, tenant)
    with session.kafka_trouble(settings):
        counts = asyncio.run(partition_counts(settings))
    if not counts[topic]:
        raise TroubleError(f"topic {topic} does not exist", "Run `gridfeed topics --create`.")
    return _Way(settings, topic, counts[topic], seconds)


@contextmanager
def _opened(file: Path) -> Iterator[tuple[TextIO, datetime]]:
    """Give the file, which can be read more than once, and the instant of its last change."""
    now = clock.now()
    if not input_file.is_stdin(file):
        written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        with file.open("rb") as content, _decoded(content) as text:
            yield text, min(written, now)
        return
    with tempfile.TemporaryFile("w+b") as kept:
        shutil.copyfileobj(sys.stdin.buffer, kept)
        with _decoded(kept) as text:
            yield text, now


@contextmanager
def _decoded(content: BinaryIO) -> Iterator[TextIO]:
    content.seek(0)
    encoding = dialect.encoding(content.read(4))
    content.seek(0)
    with open(content.fileno(), encoding=encoding, newline="", closefd=False) as text:
        yield text


def _check(reader: Reader, text: TextIO, file: Path, *, skip_bad: bool) -> Checked:
    name = input_file.spelled(file)
    try:
        checked = reader.check(text)
    except BadHeaderError as error:
        raise TroubleError(f"{name}:1: {error}", "Nothing was sent.") from None
    except UnicodeError as error:
        advice = "Save the file as UTF-8. Nothing was sent."
        raise TroubleError(f"{name}: not UTF-8 ({error})", advice) from None
    faults = [f"{name}:{fault.line}: {fault.text}" for fault in checked.faults]
    if faults and not skip_bad:
        advice = "Nothing was sent. --skip-bad sends the good rows."
        raise TroubleError("\n".join(outcome.listed(faults)), advice)
    if faults:
        terminal.note("\n".join(outcome.listed(faults)))
    return checked


def _before(way: _Way) -> waiting.Before | None:
    """Return the state before anything is sent; None if the command will not wait."""
    if way.seconds is None:
        return None
    with session.kafka_trouble(way.settings):
        return asyncio.run(waiting.look_before(way.settings, way.topic, way.partitions))


def _send_all(way: _Way, reader: Reader, text: TextIO, checked: Checked) -> Sent:
    messages = reader.messages(text, checked)
    try:
        with (
            session.kafka_trouble(way.settings),
            terminal.progress("sending", checked.sound) as steps,
        ):
            return asyncio.run(send(way.settings, way.topic, messages, steps))
    except KeyboardInterrupt:
        raise TroubleError(
            f"stopped while sending {checked.sound} rows to {way.topic}: only some were sent",
            "Import the file again to send the rest; rows that were sent count once.",
            code=STOPPED,
        ) from None


def _outcome(
    way: _Way, before: waiting.Before | None, sent: Sent, checked: Checked
) -> waiting.Outcome | None:
    """Wait for the outcome of the rows. Raises TroubleError if it cannot be known."""
    if before is None or way.seconds is None:
        return None
    try:
        with session.kafka_trouble(way.settings), terminal.progress("handled", sent.rows) as steps:
            return asyncio.run(waiting.wait(way.settings, before, sent, way.seconds, steps))
    except _UNKNOWN as error:
        why = str(error) or "stopped"
        raise TroubleError(
            f"{outcome.summary(sent, checked)}; their outcome is not known: {why}",
            "Import the file again to see the outcome; rows that were sent count once.",
        ) from error
