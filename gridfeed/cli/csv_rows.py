"""The rows of a CSV file of readings, each with its line, and every fault."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TextIO

from gridfeed.cli import csv_cells
from gridfeed.cli.fault import Fault
from gridfeed.domain.words import Channel, PointQuality, ReadQuality

Cell = Callable[[str], Any]
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """The columns of a kind of file; `optional` ones may be missing or empty."""

    required: Mapping[str, Cell]
    optional: Mapping[str, Cell]
    #: The column with the time that the row is of.
    at: str

    @property
    def columns(self) -> dict[str, Cell]:
        """Return all columns."""
        return {**self.required, **self.optional}


TELEMETRY = Form(
    {
        "meter_number": csv_cells.meter_number,
        "observed_at": csv_cells.time,
        "power_kw": csv_cells.kilowatts,
    },
    {"quality": csv_cells.word(PointQuality), "channel": csv_cells.word(Channel)},
    at="observed_at",
)
READS = Form(
    {
        "meter_number": csv_cells.meter_number,
        "interval_start": csv_cells.time,
        "interval_seconds": csv_cells.whole(1),
        "energy_kwh": csv_cells.microkwh,
    },
    {
        "channel": csv_cells.word(Channel),
        "quality": csv_cells.word(ReadQuality),
        "settlement_version": csv_cells.whole(0),
        "read_at": csv_cells.time,
    },
    at="interval_start",
)
REGISTERS = Form(
    {
        "meter_number": csv_cells.meter_number,
        "read_at": csv_cells.time,
        "value": str,
        "digits": csv_cells.whole(1),
        "multiplier": csv_cells.multiplier,
    },
    {"register": str},
    at="read_at",
)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file as values by column; an empty optional cell is not there."""

    line: int
    values: Values


class BadHeaderError(Exception):
    """A header that does not name the columns; says all that is wrong with it."""


def read_rows(file: TextIO, form: Form, meter: str | None) -> Iterator[Row | Fault]:
    """Yield every row or what is wrong with it. meter: the number, of a file that has none.

    Raises BadHeaderError, and UnicodeDecodeError for what is not UTF-8.
    """
    reader = csv.reader(file, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise BadHeaderError(f"no CSV: {error}") from None
    faults = list(_header_faults(header, form, meter))
    if faults:
        raise BadHeaderError("; ".join(faults))
    fixed = {"meter_number": csv_cells.meter_number(meter)} if meter else {}
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Fault(line, f"no CSV: {error}")
            continue
        if any(cell.strip() for cell in cells):
            yield _row(line, header, [cell.strip() for cell in cells], form, fixed)


def _header_faults(header: Sequence[str], form: Form, meter: str | None) -> Iterator[str]:
    known = form.columns
    if not any(header):
        yield f"line 1 must name the columns: {','.join(known)}"
        return
    for name in header:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            yield f"unknown column {name!r}; {hint}"
    doubled = {name for name in header if header.count(name) > 1}
    yield from (f"column {name!r} stands there twice" for name in sorted(doubled))
    if meter and "meter_number" in header:
        yield "the file has a column meter_number; leave --meter out"
    for name in form.required:
        if name not in header and not (meter and name == "meter_number"):
            advice = " (or give --meter)" if name == "meter_number" else ""
            yield f"column {name} is missing{advice}"


def _row(
    line: int, header: Sequence[str], cells: Sequence[str], form: Form, fixed: Values
) -> Row | Fault:
    if len(cells) != len(header):
        return Fault(line, f"{len(cells)} cells, but the header names {len(header)} columns")
    values, faults = dict(fixed), []
    for name, text in zip(header, cells, strict=True):
        if text:
            try:
                values[name] = form.columns[name](text)
            except ValueError as error:
                faults.append(f"{name}: {error}")
        elif name in form.required:
            faults.append(f"{name}: is empty")
    return Fault(line, "; ".join(faults)) if faults else Row(line, values)
