"""What stands in the cells of a CSV file of readings: text to exact values."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Context, Decimal
from enum import StrEnum
from math import isfinite
from typing import TypeVar

from gridfeed.domain.limits import LONGEST_NAME
from gridfeed.domain.messages import MAX_MICROKWH

_NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?", re.ASCII)
_INTEGER = re.compile(r"\d{1,10}", re.ASCII)
_WORD = re.compile(rf"[^\s\x00-\x1f\x7f]{{1,{LONGEST_NAME}}}")
_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII
)
_EXACT = Context(prec=100)
_LARGEST = 2**31 - 1  # Avro int

Word = TypeVar("Word", bound=StrEnum)


def meter_number(text: str) -> str:
    """Return a meter number. Raises ValueError, as all of these do."""
    if not _WORD.fullmatch(text):
        raise ValueError(
            f"{text!r} is no meter number: white space, or over {LONGEST_NAME} characters"
        )
    return text


def time(text: str) -> datetime:
    """Return an instant in UTC, or a naive local time where the text has no offset."""
    if not _TIME.fullmatch(text):
        raise ValueError(f"{text!r} is no time; write one like 2026-03-01T06:15:00Z")
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no time: {error}") from None
    if not 1900 < at.year < 9000:
        raise ValueError(f"{text!r}: the year must be between 1901 and 8999")
    return at.astimezone(UTC) if at.tzinfo else at


def microkwh(text: str) -> int:
    """Return kilowatt-hours as 10^-6 kWh; nothing is rounded."""
    scaled = _decimal(text).scaleb(6, _EXACT)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{text} has more than 6 decimals; round it where it is metered")
    if abs(scaled) > MAX_MICROKWH:
        raise ValueError(f"{text} has more than 12 digits before the point")
    return int(scaled)


def multiplier(text: str) -> Decimal:
    """Return kilowatt-hours per unit of a register; nothing is rounded."""
    return Decimal(microkwh(text)).scaleb(-6)


def kilowatts(text: str) -> float:
    """Return kilowatts as the double that a telemetry message carries."""
    power = float(_decimal(text))
    if not isfinite(power):
        raise ValueError(f"{text} is beyond the range of a double")
    return power


def whole(least: int) -> Callable[[str], int]:
    """Return a reader of integers from `least` on."""

    def read(text: str) -> int:
        if not _INTEGER.fullmatch(text) or not least <= int(text) <= _LARGEST:
            raise ValueError(f"{text!r} is no whole number from {least} to {_LARGEST}")
        return int(text)

    return read


def word(words: type[Word]) -> Callable[[str], Word]:
    """Return a reader of one of the words, in capitals or not."""

    def read(text: str) -> Word:
        try:
            return words(text.upper())
        except ValueError:
            raise ValueError(f"{text!r} is none of {', '.join(words)}") from None

    return read


def _decimal(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is no number; write one like -12.5")
    return Decimal(text)
