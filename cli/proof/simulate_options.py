"""The options of `gridfeed simulate`: their meaning and their accepted values."""

from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Annotated

import typer

from gridfeed.domain.calendar.instants import read_instant


def _speed(text: str) -> float:
    try:
        speed = 0.0 if text == "max" else float(text)
    except ValueError:
        speed = -1.0
    if speed < 0 or not isfinite(speed):
        raise typer.BadParameter(f"{text!r} is not a speed; write 1 for real time, 10, or max")
    return speed


def _instant(text: str) -> datetime:
    try:
        return read_instant(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}; write one like 2026-03-01T12:00:00Z") from None


Meters = Annotated[int, typer.Option(min=1, max=99_999, help="Meters that send.")]
Rate = Annotated[float, typer.Option(min=0.001, max=100, help="Samples per second and meter.")]
Seconds = Annotated[int, typer.Option(min=1, help="Seconds that the samples span.")]
Start = Annotated[
    datetime | None,
    typer.Option(
        parser=_instant,
        metavar="INSTANT",
        help="Time of the first sample. Default: now; at another speed than 1, SECONDS ago.",
    ),
]
Speed = Annotated[
    float,
    typer.Option(parser=_speed, metavar="FACTOR|max", help="1: real time; max: without pauses."),
]
Duplicates = Annotated[
    float,
    typer.Option(
        min=0, max=1, help="Share of samples sent twice, half of them with another power."
    ),
]
Disorder = Annotated[float, typer.Option(min=0, max=1, help="Share of samples sent late.")]
DisorderSeconds = Annotated[
    float, typer.Option(min=0, max=86_400, help="Longest delay of late samples and duplicates.")
]
Spoiled = Annotated[
    float, typer.Option(min=0, max=1, help="Share of messages made undecodable or invalid.")
]
BadQuality = Annotated[
    float,
    typer.Option(min=0, max=0.5, help="Share of samples flagged BAD; the same share is UNCERTAIN."),
]
Gaps = Annotated[
    float,
    typer.Option(
        min=0, max=1, help="Share of meters that once stop, or once send substituted samples."
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="The same seed and start give the same messages.")]
IntervalSeconds = Annotated[
    int, typer.Option("--interval", min=1, max=86_400, help="Base interval in seconds.")
]
Project = Annotated[
    str,
    typer.Option(
        "--project", "--project-prefix", help="Project id, and prefix of its meter numbers."
    ),
]
ProjectFile = Annotated[
    Path | None,
    typer.Option(
        "--projects", exists=True, dir_okay=False, help="Send for the meters of this file."
    ),
]
Declare = Annotated[bool, typer.Option("--declare/--no-declare", help="Declare the fleet first.")]
LedgerFile = Annotated[
    Path | None,
    typer.Option(
        dir_okay=False, help="New file that records every message that Kafka acknowledged."
    ),
]
