"""`gridfeed import`: readings from a file to Kafka."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Annotated, TextIO
from zoneinfo import ZoneInfo, available_timezones

import typer

from gridfeed import clock
from gridfeed.cli import session, source, terminal
from gridfeed.cli.csv_messages import Checked, Message, Reader, Sheet
from gridfeed.cli.csv_rows import BadHeaderError
from gridfeed.cli.trouble import TroubleError
from gridfeed.settings import Settings
from gridfeed.wire.clients import producing
from gridfeed.wire.topic_admin import partition_counts
from gridfeed.wire.topics import Stream, input_topic

app = terminal.commands("Send readings from a file to Kafka.")

_SHOWN = 20
_IN_FLIGHT = 1000


class Kind(StrEnum):
    """What the rows of a file are."""

    TELEMETRY = "telemetry"
    READS = "reads"
    REGISTERS = "registers"


def _zone(name: str) -> ZoneInfo:
    if name not in available_timezones():
        raise typer.BadParameter(f"{name!r} is no IANA time zone; write one like America/Denver")
    return ZoneInfo(name)


@app.command("csv")
def import_csv(
    file: Annotated[
        Path, typer.Argument(callback=source.readable, help="CSV file; - reads stdin.")
    ],
    *,
    kind: Annotated[Kind, typer.Option("--as", help="What the rows are.")],
    meter: Annotated[
        str | None, typer.Option(help="Meter number, of a file without that column.")
    ] = None,
    timezone: Annotated[
        ZoneInfo | None,
        typer.Option(parser=_zone, metavar="ZONE", help="IANA zone of times without an offset."),
    ] = None,
    tenant: Annotated[str | None, typer.Option(help="Send to the topic of this tenant.")] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Send the sound rows of a file with bad ones.")
    ] = False,
    as_json: terminal.AsJson = False,
) -> None:
    """Send the rows of a CSV file to Kafka and wait until the brokers have them.

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
                 read_at defaults to when the file was last written
      registers  meter_number,read_at,value,digits,multiplier[,register]
                 value is what the dials show, digits how many stand before the point,
                 multiplier kWh per unit, register total (default)
    Generation is positive. Energies are exact, with at most 6 decimals. Times have an offset, or
    are local to --timezone; of the hour that comes twice the order of rows tells which is meant.

    \b
    One bad line and nothing is sent, unless --skip-bad. Sending a file again changes nothing.

    \b
    Examples:
      gridfeed import csv reads.csv --as reads
      gridfeed import csv dials.csv --as registers
      gridfeed import csv logger.csv --as telemetry --meter serf-east-1 --timezone America/Denver
    """
    settings = session.start()
    stream = Stream(kind)
    topic = _topic(settings, stream, tenant)
    with _opened(file) as (text, written_at):
        reader = Reader(Sheet(stream, written_at, meter, timezone))
        checked = _check(reader, text, file, skip_bad=skip_bad)
        text.seek(0)
        sent = _send_all(settings, topic, reader.messages(text, checked), checked.sound)
    _report(topic, sent, checked, as_json=as_json)


def _topic(settings: Settings, stream: Stream, tenant: str | None) -> str:
    if tenant and tenant not in settings.tenant_names:
        raise TroubleError(
            f"no worker reads a topic of tenant {tenant}", "Add it to GRIDFEED_TENANTS."
        )
    topic = input_topic(settings, stream, tenant)
    with session.kafka_trouble(settings):
        counts = asyncio.run(partition_counts(settings))
    if not counts[topic]:
        raise TroubleError(f"topic {topic} does not exist", "Run `gridfeed topics --create`.")
    return topic


@contextmanager
def _opened(file: Path) -> Iterator[tuple[TextIO, datetime]]:
    """Give the file, to be read twice, and when it was written."""
    now = clock.now()
    if not source.is_stdin(file):
        with file.open(encoding="utf-8-sig", newline="") as text:
            written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            yield text, min(written, now)
        return
    with tempfile.TemporaryFile("w+b") as kept:
        shutil.copyfileobj(sys.stdin.buffer, kept)
        kept.seek(0)
        with open(kept.fileno(), encoding="utf-8-sig", newline="", closefd=False) as text:
            yield text, now


def _check(reader: Reader, text: TextIO, file: Path, *, skip_bad: bool) -> Checked:
    name = source.spelled(file)
    try:
        checked = reader.check(text)
    except BadHeaderError as error:
        raise TroubleError(f"{name}:1: {error}", "Nothing was sent.") from None
    except UnicodeDecodeError as error:
        raise TroubleError(f"{name}: not UTF-8 ({error})", "Save the file as UTF-8.") from None
    if checked.faults and not skip_bad:
        advice = "Nothing was sent. --skip-bad sends the sound rows."
        raise TroubleError(_listed(checked, name), advice)
    if checked.faults:
        terminal.note(_listed(checked, name))
    return checked


def _listed(checked: Checked, name: str) -> str:
    lines = [f"{name}:{fault.line}: {fault.text}" for fault in checked.faults[:_SHOWN]]
    if len(checked.faults) > _SHOWN:
        lines.append(f"and {len(checked.faults) - _SHOWN} more")
    return "\n".join(lines)


def _send_all(settings: Settings, topic: str, messages: Iterable[Message], count: int) -> int:
    with session.kafka_trouble(settings), terminal.progress("sending", count) as steps:
        return asyncio.run(_send(settings, topic, messages, steps))


async def _send(
    settings: Settings, topic: str, messages: Iterable[Message], steps: terminal.Steps
) -> int:
    sent = 0
    left = iter(messages)
    async with producing(settings) as producer:
        while batch := list(islice(left, _IN_FLIGHT)):
            futures = [await producer.send(topic, each.value, each.key) for each in batch]
            await asyncio.gather(*futures)
            sent += len(batch)
            steps.advance(len(batch))
    return sent


def _report(topic: str, sent: int, checked: Checked, *, as_json: bool) -> None:
    skipped = len(checked.bad)
    if as_json:
        terminal.print_json(
            {"topic": topic, "sent": sent, "skipped": skipped, "meters": sorted(checked.meters)}
        )
        return
    left_out = f", skipped {skipped} lines" if skipped else ""
    typer.echo(f"sent {sent} messages of {len(checked.meters)} meters to {topic}{left_out}")
