"""The kinds of values in a project file, with the errors for other values."""

import re
from datetime import date, time
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from gridfeed.domain.declaration.contract import share_of
from gridfeed.domain.settlement.limits import LONGEST_NAME

_WORD = re.compile(rf"[^\s\x00-\x1f\x7f]{{1,{LONGEST_NAME}}}")
_LABEL = re.compile(rf"[^\x00-\x1f\x7f]{{1,{LONGEST_NAME}}}")
_TENANT = re.compile(r"[A-Za-z0-9._-]{1,100}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def _word(text: str) -> str:
    # Filters are space-separated lists of ids and numbers, so these may have no space.
    if not _WORD.fullmatch(text):
        raise ValueError(f"must be 1 to {LONGEST_NAME} characters without white space")
    return text


def _label(text: str) -> str:
    if not _LABEL.fullmatch(text):
        raise ValueError(f"must be 1 to {LONGEST_NAME} characters on one line")
    return text


def _topic_suffix(text: str) -> str:
    if not _TENANT.fullmatch(text):
        raise ValueError("must be 1 to 100 of A-Z a-z 0-9 . _ -, as in a Kafka topic's name")
    return text


def _known_zone(name: str) -> str:
    if name in available_timezones():
        return name
    near = get_close_matches(name, available_timezones(), 1)
    example = near[0] if near else "America/Denver"
    raise ValueError(f"not an IANA time zone; write one like {example}")


def _rule(text: str) -> str:
    share_of(text)
    return text


def _share(text: object) -> object:
    return share_of(text) if isinstance(text, str) else text


def _day(text: object) -> object:
    if isinstance(text, str) and not _DAY.fullmatch(text):
        raise ValueError("not a date; write one like 2030-01-01")
    return text


def _clock(text: object) -> object:
    if not isinstance(text, str):
        return text
    found = _CLOCK.fullmatch(text)
    if not found:
        raise ValueError('not a local time from 00:00 to 23:59; write one like "12:00"')
    return time(int(found[1]), int(found[2]))


Identifier = Annotated[str, AfterValidator(_word)]
Label = Annotated[str, AfterValidator(_label)]
Tenant = Annotated[str, AfterValidator(_topic_suffix)]
Zone = Annotated[str, AfterValidator(_known_zone)]
#: A share as written in the file.
Rule = Annotated[str, AfterValidator(_rule)]
Share = Annotated[
    Fraction,
    BeforeValidator(_share, json_schema_input_type=str),
]
Day = Annotated[date, BeforeValidator(_day), Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]
#: A local time in hours and minutes.
LocalTime = Annotated[time, BeforeValidator(_clock)]
#: The database keeps settlement versions in 32 bits.
SettlementVersion = Annotated[int, Field(ge=0, lt=2**31)]
Degrees = Annotated[Decimal, Field(max_digits=12, decimal_places=9)]
