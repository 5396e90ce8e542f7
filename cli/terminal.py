"""The output of commands: tables, JSON, progress. Progress shows only on a terminal."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import orjson
import typer
from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

#: Wide enough that each row of a table in a pipe or a log stays on one line.
_PIPE_WIDTH = 400

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Api = Annotated[
    str | None, typer.Option(metavar="URL", help="Base URL of the API. Default: from the settings.")
]
Token = Annotated[
    str, typer.Option(envvar="GRIDFEED_TOKEN", help="Token from `gridfeed clients create`.")
]


def commands(summary: str | None = None) -> typer.Typer:
    """Return the app that a module adds its commands to. summary: makes it a group of commands."""
    group = typer.Typer(rich_markup_mode=None, add_completion=False)
    if summary:
        group.callback(help=summary, no_args_is_help=True)(lambda: None)
    return group


def printable(value: object) -> str:
    """Return text that cannot control the terminal, whatever characters a producer put into it."""
    if value is None:
        return "-"
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in str(value)
    )


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    narrow: tuple[Sequence[str], Iterable[Sequence[object]]] | None = None,
) -> None:
    """Print one line per row under the column names. Long cells are folded, never cut.

    narrow: columns and rows for a terminal that is too narrow for the others. A cell may be a tuple
    of lines.
    """
    width = None if sys.stdout.isatty() else _PIPE_WIDTH
    console = Console(file=sys.stdout, width=width)
    table = _table(columns, rows)
    anything = console.options.update(max_width=100_000)
    if narrow and Measurement.get(console, anything, table).maximum > console.width:
        table = _table(*narrow)
    console.print(table)


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        cells = ("\n".join(map(printable, _lines(cell))) for cell in row)
        table.add_row(*(Text(cell, overflow="fold") for cell in cells))
    return table


def _lines(cell: object) -> Sequence[object]:
    return cell if isinstance(cell, tuple) else (cell,)


def print_json(value: object) -> None:
    """Print one JSON document on one line."""
    typer.echo(orjson.dumps(value, default=str).decode())


def note(text: str) -> None:
    """Print a line for the person, to stderr instead of the output."""
    typer.echo(text, err=True)


@contextmanager
def progress(what: str, total: int | None) -> Iterator["Steps"]:
    """Show a progress bar on stderr while the body runs."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    console = Console(file=sys.stderr)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield Steps(bar, task)


class Steps:
    """Moves a progress bar."""

    def __init__(self, bar: Progress, task: object) -> None:
        """task: the bar's task to move."""
        self._bar = bar
        self._task = task

    def advance(self, steps: int = 1) -> None:
        """Count `steps` as done."""
        self._bar.advance(self._task, steps)  # type: ignore[arg-type]
