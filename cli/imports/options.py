"""The options of `gridfeed import`: their meaning and their accepted values."""

from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

import typer

from cli.imports.dialect import Dialect, Unit
from gridfeed.kafka.topics import Stream

_NAMED = {"tab": "\t", "\\t": "\t"}
_POWERS, _ENERGIES = "kW, MW or W", "kWh, MWh or Wh"
_WITH_INTERVALS = {Stream.READS, Stream.FORECASTS}


class Kind(StrEnum):
    """The kind of a file's rows."""

    TELEMETRY = "telemetry"
    READS = "reads"
    FORECASTS = "forecasts"
    REGISTERS = "registers"


class DecimalSign(StrEnum):
    """The sign before the decimals."""

    POINT = "."
    COMMA = ","


def _zone(name: str) -> ZoneInfo:
    if name not in available_timezones():
        raise typer.BadParameter(
            f"{name!r} is not an IANA time zone; write one like America/Denver"
        )
    return ZoneInfo(name)


def _delimiter(text: str) -> str:
    found = _NAMED.get(text.lower(), text)
    if len(found) != 1 or found.isalnum() or found in '"\r\n\0.+- ':
        raise typer.BadParameter(f"{text!r} is not a delimiter; give one like ';', '|' or tab")
    return found


As = Annotated[Kind, typer.Option("--as", help="Kind of the rows.")]
Meter = Annotated[str | None, typer.Option(help="Meter number, for a file without this column.")]
Timezone = Annotated[
    ZoneInfo | None,
    typer.Option(parser=_zone, metavar="ZONE", help="IANA time zone of times without an offset."),
]
Tenant = Annotated[str | None, typer.Option(help="Send to the topic of this tenant.")]
Delimiter = Annotated[
    str,
    typer.Option(
        parser=_delimiter, metavar="CHARACTER", help="Separator of cells: ';', '|' or tab."
    ),
]
DecimalOption = Annotated[DecimalSign, typer.Option("--decimal", help="Decimal sign of numbers.")]
UnitOption = Annotated[
    Unit | None,
    typer.Option("--unit", help="Unit of powers or energies. Default: kW or kWh."),
]
IntervalEnding = Annotated[
    bool, typer.Option("--interval-ending", help="Intervals are named by their end.")
]
SkipBad = Annotated[
    bool, typer.Option("--skip-bad", help="Send the good rows of a file that also has bad rows.")
]
Wait = Annotated[
    float,
    typer.Option(
        "--wait",
        min=1,
        max=86_400,
        metavar="SECONDS",
        help="Stop waiting if no row is handled for this long.",
    ),
]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Only send; do not wait for the outcome.")]


def dialect(
    stream: Stream, delimiter: str, decimal: DecimalSign, unit: Unit | None, ending: bool
) -> Dialect:
    """Return the file's dialect. Raises BadParameter for options that its kind does not have."""
    if unit is not None and stream is Stream.REGISTERS:
        raise typer.BadParameter(
            "--unit: rows of registers have their unit in the column multiplier"
        )
    if unit is not None and unit.is_energy != (stream is Stream.READS):
        accepted = _ENERGIES if stream is Stream.READS else _POWERS
        raise typer.BadParameter(f"--unit {unit}: rows of {stream} are in {accepted}")
    if ending and stream not in _WITH_INTERVALS:
        raise typer.BadParameter(f"--interval-ending: rows of {stream} have no intervals")
    return Dialect(delimiter, decimal.value, unit, ending)
