"""Reads the cells of a CSV file of readings: makes exact values of text."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Context, Decimal
from enum import StrEnum
from math import isfinite
from typing import TypeVar

from gridfeed.domain.calendar.instants import read_time
from gridfeed.domain.settlement.limits import LONGEST_NAME
from gridfeed.domain.settlement.messages import MAX_MICROKWH

_NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?", re.ASCII)
_INTEGER = re.compile(r"\d{1,10}", re.ASCII)
_WORD = re.compile(rf"[^\s\x00-\x1f\x7f]{{1,{LONGEST_NAME}}}")
_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,30})?)?([Zz]|[+-]\d{2}:?\d{2})?", re.ASCII
)
#: The end of a day in files with interval-ending times.
_MIDNIGHT = re.compile(r"(?<=[Tt ])24:00(?=$|[Zz+-]|:00(?:\.0+)?(?:$|[Zz+-]))", re.ASCII)
_EXACT = Context(prec=100)
_LARGEST = 2**31 - 1  # Avro int

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Notation:
    """The notation of numbers in a file.

    decimal: its decimal sign, a point or a comma. shift: the power of ten from its unit to kW or
    kWh: 3 from MW and MWh, -3 from W and Wh.
    """

    decimal: str = "."
    shift: int = 0


PLAIN = Notation()


def meter_number(text: str) -> str:
    """Return a meter number. Raises ValueError, as all readers of cells do."""
    if not _WORD.fullmatch(text):
        raise ValueError(
            f"{text!r} is not a meter number: 1 to {LONGEST_NAME} characters without white space"
        )
    return text


def time(text: str) -> datetime:
    """Return an instant in UTC, or a naive local time if the text has no offset."""
    if not _TIME.fullmatch(text):
        raise ValueError(f"{text!r} is not a time; write one like 2026-03-01T06:15:00Z")
    if not 1900 < int(text[:4]) < 9000:
        raise ValueError(f"{text!r}: the year must be between 1901 and 8999")
    start_of_day = _MIDNIGHT.sub("00:00", text)
    at = read_time(start_of_day)
    return at if start_of_day == text else at + timedelta(days=1)


def microkwh(text: str, notation: Notation = PLAIN) -> int:
    """Return energy as 10^-6 kWh; nothing is rounded."""
    scaled = _decimal(text, notation).scaleb(6 + notation.shift, _EXACT)
    if scaled != scaled.to_integral_value():
        unit = f" of a kWh (--unit moves its point by {notation.shift})" if notation.shift else ""
        raise ValueError(
            f"{text} has more than 6 decimals{unit}; round the value before the import"
        )
    if abs(scaled) > MAX_MICROKWH:
        raise ValueError(f"{text} has more than 12 digits before the point")
    return int(scaled)


def multiplier(text: str, notation: Notation = PLAIN) -> Decimal:
    """Return kilowatt-hours per unit of a register; nothing is rounded."""
    return Decimal(microkwh(text, notation)).scaleb(-6)


def kilowatts(text: str, notation: Notation = PLAIN) -> float:
    """Return kilowatts as a double for the message: scaled exactly, rounded once."""
    power = float(_decimal(text, notation).scaleb(notation.shift, _EXACT))
    if not isfinite(power):
        raise ValueError(f"{text} is beyond the range of a double")
    return power


def dials(text: str, notation: Notation = PLAIN) -> str:
    """Return a register's reading unchanged, except for its decimal sign."""
    return _with_point(text, notation)


def whole(least: int) -> Callable[[str], int]:
    """Return a reader of integers from `least` on."""

    def read(text: str) -> int:
        if not _INTEGER.fullmatch(text) or not least <= int(text) <= _LARGEST:
            raise ValueError(f"{text!r} is not a whole number from {least} to {_LARGEST}")
        return int(text)

    return read


def word(words: type[Word]) -> Callable[[str], Word]:
    """Return a reader of one of the words, in upper or lower case."""

    def read(text: str) -> Word:
        try:
            return words(text.upper())
        except ValueError:
            raise ValueError(f"{text!r} is not one of {', '.join(words)}") from None

    return read


def _decimal(text: str, notation: Notation) -> Decimal:
    pointed = _with_point(text, notation)
    if _NUMBER.fullmatch(pointed):
        return Decimal(pointed)
    if (
        notation.decimal == "."
        and text.count(",") == 1
        and _NUMBER.fullmatch(text.replace(",", "."))
    ):
        raise ValueError(
            f"{text!r} is not a number; if the comma is its decimal sign, give --decimal ,"
        )
    raise ValueError(f"{text!r} is not a number; write one like -12{notation.decimal}5")


def _with_point(text: str, notation: Notation) -> str:
    if notation.decimal == ".":
        return text
    if "." in text:
        raise ValueError(f"{text!r} has a point, but the decimal sign is --decimal ,")
    return text.replace(",", ".")
