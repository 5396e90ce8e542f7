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
        raise typer.BadParameter(f"{text!r} is no speed; write 1 for real time, 10, or max")
    return speed


def _instant(text: str) -> datetime:
    try:
        return read_instant(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}; write one like 2026-03-01T12:00:00Z") from None


Meters = Annotated[int, typer.Option(min=1, max=99_999, help="How many send.")]
Rate = Annotated[float, typer.Option(min=0.001, max=100, help="Samples a second, per meter.")]
Seconds = Annotated[int, typer.Option(min=1, help="How long, in the samples' own time.")]
Start = Annotated[
    datetime | None,
    typer.Option(
        parser=_instant,
        metavar="INSTANT",
        help="Time of the first sample; now, or, when not in real time, SECONDS ago.",
    ),
]
Speed = Annotated[
    float,
    typer.Option(parser=_speed, metavar="FACTOR|max", help="1 is real time, max is no waiting."),
]
Duplicates = Annotated[
    float, typer.Option(min=0, max=1, help="Share sent again, half of it with another power.")
]
Disorder = Annotated[float, typer.Option(min=0, max=1, help="Share sent late.")]
DisorderSeconds = Annotated[
    float, typer.Option(min=0, max=86_400, help="How late they and the duplicates are, at most.")
]
Spoiled = Annotated[
    float, typer.Option(min=0, max=1, help="Share made undecodable or invalid: dead letters.")
]
BadQuality = Annotated[
    float, typer.Option(min=0, max=0.5, help="Share flagged BAD; as much is flagged UNCERTAIN.")
]
Gaps = Annotated[
    float,
    typer.Option(min=0, max=1, help="Share of meters that fall silent once, or substitute."),
]
Seed = Annotated[int, typer.Option(min=0, help="The same seed and start send the same.")]
IntervalSeconds = Annotated[
    int, typer.Option("--interval", min=1, max=86_400, help="Base interval in seconds.")
]
Project = Annotated[
    str,
    typer.Option("--project", "--project-prefix", help="Project, and the prefix of its meters."),
]
ProjectFile = Annotated[
    Path | None,
    typer.Option(
        "--projects", exists=True, dir_okay=False, help="Send for the meters of this file instead."
    ),
]
Declare = Annotated[bool, typer.Option("--declare/--no-declare", help="Declare the fleet first.")]
LedgerFile = Annotated[
    Path | None,
    typer.Option(dir_okay=False, help="New file for a record of everything that Kafka took."),
]
