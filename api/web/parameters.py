"""Query parameters: a model of each path's reads, refuses and documents them."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema, ErrorDetails, core_schema

from api.reading.cursor import BadCursorError, Cursor
from api.web.problems import ProblemError, bad_parameter
from gridfeed.domain.calendar.instants import read_instant

MAX_ITEMS = 1000
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
#: Faults of this kind are told before others: a name that is misspelt leaves another out.
_UNKNOWN = "extra_forbidden"


class Parameters(BaseModel):
    """The query parameters of a path that has no others; None: not given, or empty.

    Fields tell of themselves with `told`, and their types how they are read, with `Read`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Ask FastAPI for all texts of a name: to a field that is no list it gives the last."""
        for each in cls.model_fields.values():
            each.annotation = list[str]

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_nul(cls, texts: list[str]) -> list[str]:
        if any("\0" in text for text in texts):
            raise ValueError("a NUL character is not accepted")
        return texts

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, given: Mapping[str, Any], read: ModelWrapValidatorHandler[Self]) -> Self:
        """Read what is given. Raises ProblemError 400 for the first fault."""
        try:
            kept = {name: cls._kept(name, texts) for name, texts in given.items()}
            return read({name: texts for name, texts in kept.items() if texts})
        except ValidationError as error:
            faults = error.errors(include_url=False)
            raise cls._problem(min(faults, key=lambda each: each["type"] != _UNKNOWN)) from None

    @classmethod
    def _kept(cls, name: str, texts: Any) -> Any:
        """Return the texts of a field that are not empty; what is no field's, as it is."""
        if name not in cls.model_fields:
            return [texts]
        return [text for text in texts if text.strip()]

    @classmethod
    def _problem(cls, fault: ErrorDetails) -> ProblemError:
        name, names = str(fault["loc"][0]), tuple(cls.model_fields)
        if fault["type"] == _UNKNOWN:
            detail = f"{name} is not a parameter of this path; it has {', '.join(names) or 'none'}"
            examples = (f"{known}={cls.example(known)}" for known in names)
            return bad_parameter(name, detail, next(examples, "no parameters"))
        missing = fault["type"] == "missing"
        return cls.refused(name, "it is required" if missing else str(fault["ctx"]["error"]))

    @classmethod
    def refused(cls, name: str, detail: str) -> ProblemError:
        """Return the answer to a parameter that is not accepted."""
        return bad_parameter(name, f"{name}: {detail}", cls.example(name))

    @classmethod
    def example(cls, name: str) -> str:
        """Return what would be accepted."""
        example = (cls.model_fields[name].examples or [""])[0]
        return example if isinstance(example, str) else json.dumps(example)


def told(description: str, example: object, default: object = None) -> Any:
    """Return a field that tells what it means; it need not be given."""
    return Field(default, description=description, examples=[example])


def required(description: str, example: object) -> Any:
    """Return a field that has to be given."""
    return Field(description=description, examples=[example])


@dataclass(frozen=True, slots=True)
class Read:
    """Annotates a type with how a parameter's texts become a value of it, and with their schema.

    Texts: as often as it was repeated. A ValueError's text says what was seen and is accepted.
    """

    read: Callable[[list[str]], object]
    schema: Mapping[str, object] = field(default_factory=lambda: {"type": "string"})

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        """Return how pydantic reads it."""
        anything = core_schema.any_schema()
        return core_schema.no_info_plain_validator_function(
            self.read, json_schema_input_schema=anything
        )

    def __get_pydantic_json_schema__(
        self, read: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return how it is documented."""
        return {**self.schema, **handler(read)}


def once(texts: list[str]) -> str:
    """Return the only text. Raises ValueError for more."""
    if len(texts) > 1:
        raise ValueError(f"given {len(texts)} times; give it once")
    return texts[0]


def single(read: Callable[[str], object], **schema: object) -> Read:
    """Return how to read what is given once, without the blanks around it."""
    return Read(lambda texts: read(once(texts).strip()), {"type": "string", **schema})


def words(texts: list[str]) -> tuple[str, ...]:
    """Return the words of space-separated lists, each once, in order."""
    found = tuple(dict.fromkeys(word for text in texts for word in text.split()))
    if len(found) > MAX_ITEMS:
        raise ValueError(f"{len(found)} items; at most {MAX_ITEMS} are accepted")
    return found


def words_of(enum: type[StrEnum]) -> Read:
    """Return how to read space-separated words of an enumeration."""
    accepted = {member.value: member for member in enum}

    def read(texts: list[str]) -> tuple[StrEnum, ...]:
        found = words(texts)
        for word in found:
            if word not in accepted:
                raise ValueError(f"{word!r} is not one of {', '.join(accepted)}")
        return tuple(accepted[word] for word in found)

    return Read(read)


def known_words_of(enum: type[StrEnum]) -> Read:
    """Return how to read words of an enumeration, leaving out others: they match nothing."""
    members = {member.value: member for member in enum}
    return Read(lambda texts: tuple(members[word] for word in words(texts) if word in members))


def one_of(accepted: Sequence[StrEnum]) -> Read:
    """Return how to read one word."""
    members = {member.value: member for member in accepted}

    def read(text: str) -> StrEnum:
        if text not in members:
            raise ValueError(f"{text!r} is not one of {', '.join(members)}")
        return members[text]

    return single(read, enum=list(members))


def instant(text: str) -> datetime:
    """Return an RFC 3339 date-time in UTC; an offset or Z is mandatory."""
    if not _DATE_TIME.fullmatch(text):
        hint = "; write + as %2B" if re.search(r" \d\d:\d\d$", text) else ""
        raise ValueError(f"{text!r} is not an RFC 3339 date-time with an offset or Z{hint}")
    try:
        return read_instant(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date and time of the calendar") from None


def integer(least: int, most: int) -> Read:
    """Return how to read integers from `least` to `most`."""

    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
            raise ValueError(f"{text!r} is not an integer from {least} to {most}")
        return int(text)

    return single(read, type="integer", minimum=least, maximum=most)


def decimal(least: int, most: int) -> Read:
    """Return how to read exact decimals from `least` to `most`."""

    def read(text: str) -> Fraction:
        if not re.fullmatch(r"\d{1,4}(\.\d{1,6})?", text, re.ASCII):
            raise ValueError(f"{text!r} is not a decimal number such as 2.5")
        if not least <= Fraction(text) <= most:
            raise ValueError(f"{text} is not from {least} to {most}")
        return Fraction(text)

    return single(read, type="number", minimum=least, maximum=most)


def _yes_or_no(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(f"{text!r} is not true or false")
    return text == "true"


def cursor_of(*shape: type) -> Read:
    """Return how to read cursors whose keys have these types."""

    def read(texts: list[str]) -> Cursor:
        try:
            return Cursor.decode(once(texts), shape)
        except BadCursorError:
            raise ValueError("not a cursor of this listing; follow `next` or `previous`") from None

    return Read(read)


YES_OR_NO = single(_yes_or_no, type="boolean")
INSTANT = single(instant, format="date-time")
Instant = Annotated[datetime | None, INSTANT]
Text = Annotated[str | None, Read(once)]
Words = Annotated[tuple[str, ...] | None, Read(words)]
