"""Reads the rows of a CSV file of readings, each with its line, and finds every fault."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain
from typing import Any, TextIO

from cli.fault import Fault
from cli.imports import cells
from cli.imports.dialect import PLAIN, Dialect, hint, other_delimiter, spelled
from cli.imports.forms import Form

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file as values by column. An empty optional cell has no value."""

    line: int
    values: Values


class BadHeaderError(Exception):
    """The header does not name the columns. The text has all its faults."""


def read_rows(
    file: TextIO, form: Form, meter: str | None, dialect: Dialect = PLAIN
) -> Iterator[Row | Fault]:
    """Yield each row or its fault. meter: the meter number, if the file has no such column.

    Raises BadHeaderError, and UnicodeError for bytes that are not in the file's encoding.
    """
    first = next(file, "")
    _refuse_other_writing(first, form, dialect)
    reader = csv.reader(chain([first], file), delimiter=dialect.delimiter, strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise BadHeaderError(f"no CSV: {error}") from None
    header = [dialect.column(name, form.columns, form.at) for name in names]
    faults = list(_header_faults(header, form, meter))
    if faults:
        raise BadHeaderError("; ".join(faults))
    fixed = {"meter_number": cells.meter_number(meter)} if meter else {}
    while True:
        line = reader.line_num + 1
        try:
            texts = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Fault(line, f"no CSV: {error}")
            continue
        if any(text.strip() for text in texts):
            yield _row(line, header, [text.strip() for text in texts], form, fixed)


def _refuse_other_writing(first: str, form: Form, dialect: Dialect) -> None:
    if "\0" in first:
        raise BadHeaderError(
            "the file has NUL characters, perhaps UTF-16 without a byte order mark; save as UTF-8"
        )
    if first.lower().startswith("sep="):
        raise BadHeaderError(
            "the first line is a separator line for Excel; remove it and give --delimiter"
        )
    other = other_delimiter(first, dialect.delimiter, form.columns)
    if other is not None:
        raise BadHeaderError(
            f"columns are separated by {spelled(other)}, not {spelled(dialect.delimiter)};"
            f" give --delimiter {spelled(other)}"
        )


def _header_faults(header: Sequence[str], form: Form, meter: str | None) -> Iterator[str]:
    known = form.columns
    if not any(header):
        yield f"line 1 must name the columns: {','.join(known)}"
        return
    for name in header:
        if name not in known:
            yield f"unknown column {name!r}; {_advice(name, form)}"
    doubled = {name for name in header if header.count(name) > 1}
    yield from (f"column {name!r} is named twice" for name in sorted(doubled))
    if meter and "meter_number" in header:
        yield "the file has a column meter_number; leave --meter out"
    for name in form.required:
        if name not in header and not (meter and name == "meter_number"):
            advice = " (or give --meter)" if name == "meter_number" else ""
            yield f"column {name} is missing{advice}"


def _advice(name: str, form: Form) -> str:
    if (option := hint(name, form.columns, form.at)) is not None:
        return option
    near = get_close_matches(name, form.columns, 1)
    return f"did you mean {near[0]}?" if near else f"known columns: {', '.join(form.columns)}"


def _row(
    line: int, header: Sequence[str], texts: Sequence[str], form: Form, fixed: Values
) -> Row | Fault:
    if len(texts) != len(header):
        return Fault(line, f"{len(texts)} cells, but the header names {len(header)} columns")
    values, faults = dict(fixed), []
    for name, text in zip(header, texts, strict=True):
        if text:
            try:
                values[name] = form.columns[name](text)
            except ValueError as error:
                faults.append(f"{name}: {error}")
        elif name in form.required:
            faults.append(f"{name}: is empty")
    return Fault(line, "; ".join(faults)) if faults else Row(line, values)
