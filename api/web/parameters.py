"""Query parameters: declared once, read and documented from the declaration."""

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from starlette.datastructures import QueryParams

from api.reading.cursor import BadCursorError, Cursor
from api.web.problems import bad_parameter
from gridfeed.domain.calendar.instants import read_instant

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

MAX_ITEMS = 1000
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Parameter(Generic[T]):
    """One query parameter. `read` turns its texts (never empty) into a value or raises ValueError.

    Texts: as often as it was repeated. The ValueError's text says what was seen and is accepted.
    """

    name: str
    read: Callable[[list[str]], T]
    description: str
    example: str
    schema: Mapping[str, object] = field(default_factory=lambda: {"type": "string"})
    required: bool = False

    def typed_example(self) -> object:
        """Return the example as a value of the schema: 17 for "17" if that is an integer's."""
        is_text = self.schema.get("type", "string") == "string"
        return self.example if is_text else json.loads(self.example)


class Given:
    """The parameters of one request; each is read when it is asked for."""

    def __init__(self, query: QueryParams, known: Collection[Parameter[Any]]) -> None:
        """`known` are the parameters of the route."""
        self._texts: dict[str, list[str]] = {}
        for name, text in query.multi_items():
            self._texts.setdefault(name, []).append(text)
        self._known = known

    def __getitem__(self, parameter: Parameter[T]) -> T | None:
        """Return the value, None when it is not given or empty.

        Raises ProblemError 400 when it does not parse, or is required and missing.
        """
        texts = [text for text in self._texts.get(parameter.name, ()) if text.strip()]
        try:
            if any("\0" in text for text in texts):
                raise ValueError("a NUL character is not accepted")
            if texts:
                return parameter.read(texts)
        except ValueError as error:
            raise self.refused(parameter, str(error)) from None
        if parameter.required:
            raise self.refused(parameter, "it is required")
        return None

    def refuse_unknown(self) -> None:
        """Raise ProblemError 400 for the first parameter that the route does not know."""
        names = [parameter.name for parameter in self._known]
        for name in self._texts:
            if name not in names:
                detail = (
                    f"{name} is not a parameter of this path; it has {', '.join(names) or 'none'}"
                )
                examples = [f"{known.name}={known.example}" for known in self._known]
                raise bad_parameter(name, detail, next(iter(examples), "no parameters"))

    @staticmethod
    def refused(parameter: Parameter[Any], detail: str) -> Exception:
        """Return the answer to a parameter that is not accepted."""
        return bad_parameter(parameter.name, f"{parameter.name}: {detail}", parameter.example)


def once(texts: list[str]) -> str:
    """Return the only text. Raises ValueError for more."""
    if len(texts) > 1:
        raise ValueError(f"given {len(texts)} times; give it once")
    return texts[0]


def words(texts: list[str]) -> tuple[str, ...]:
    """Return the words of space-separated lists, each once, in order."""
    found = tuple(dict.fromkeys(word for text in texts for word in text.split()))
    if len(found) > MAX_ITEMS:
        raise ValueError(f"{len(found)} items; at most {MAX_ITEMS} are accepted")
    return found


def words_of(enum: type[E]) -> Callable[[list[str]], tuple[E, ...]]:
    """Return a reader of space-separated words of an enumeration."""
    accepted = {member.value: member for member in enum}

    def read(texts: list[str]) -> tuple[E, ...]:
        found = words(texts)
        for word in found:
            if word not in accepted:
                raise ValueError(f"{word!r} is not one of {', '.join(accepted)}")
        return tuple(accepted[word] for word in found)

    return read


def known_words_of(enum: type[E]) -> Callable[[list[str]], tuple[E, ...]]:
    """Return a reader of words of an enumeration that leaves out others: they match nothing."""
    members = {member.value: member for member in enum}
    return lambda texts: tuple(members[word] for word in words(texts) if word in members)


def instant(texts: list[str]) -> datetime:
    """Return an RFC 3339 date-time in UTC; an offset or Z is mandatory."""
    text = once(texts).strip()
    if not _DATE_TIME.fullmatch(text):
        hint = "; write + as %2B" if re.search(r" \d\d:\d\d$", text) else ""
        raise ValueError(f"{text!r} is not an RFC 3339 date-time with an offset or Z{hint}")
    try:
        return read_instant(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date and time of the calendar") from None


def integer(least: int, most: int) -> Callable[[list[str]], int]:
    """Return a reader of integers from `least` to `most`."""

    def read(texts: list[str]) -> int:
        text = once(texts).strip()
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
            raise ValueError(f"{text!r} is not an integer from {least} to {most}")
        return int(text)

    return read


def cursor(*shape: type) -> Callable[[list[str]], Cursor]:
    """Return a reader of cursors whose keys have these types."""

    def read(texts: list[str]) -> Cursor:
        try:
            return Cursor.decode(once(texts), shape)
        except BadCursorError:
            raise ValueError("not a cursor of this listing; follow `next` or `previous`") from None

    return read
