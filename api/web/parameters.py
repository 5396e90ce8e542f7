"""Query parameters: each path has a model that reads, checks and documents its parameters."""

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
#: Faults of this kind are reported first: a misspelt name also makes the right name seem missing.
_UNKNOWN = "extra_forbidden"


class Parameters(BaseModel):
    """The query parameters of a path; unknown ones are refused. None: not given, or given empty.

    `told` documents a field; `Read` in a field's type says how its texts are read.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Make FastAPI pass all texts of a name; a field that is not a list gets only the last."""
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
        """Read the given parameters. Raises ProblemError 400 for the first fault."""
        try:
            kept = {name: cls._kept(name, texts) for name, texts in given.items()}
            return read({name: texts for name, texts in kept.items() if texts})
        except ValidationError as error:
            faults = error.errors(include_url=False)
            raise cls._problem(min(faults, key=lambda each: each["type"] != _UNKNOWN)) from None

    @classmethod
    def _kept(cls, name: str, texts: Any) -> Any:
        """Return a field's texts without empty ones. Texts of an unknown name stay unchanged."""
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
        """Return the problem for a parameter that is not accepted."""
        return bad_parameter(name, f"{name}: {detail}", cls.example(name))

    @classmethod
    def example(cls, name: str) -> str:
        """Return an example that would be accepted."""
        example = (cls.model_fields[name].examples or [""])[0]
        return example if isinstance(example, str) else json.dumps(example)


def told(description: str, example: object, default: object = None) -> Any:
    """Return an optional field with its description and example."""
    return Field(default, description=description, examples=[example])


def required(description: str, example: object) -> Any:
    """Return a required field with its description and example."""
    return Field(description=description, examples=[example])


@dataclass(frozen=True, slots=True)
class Read:
    """Annotates a type with the function that reads a parameter's texts, and with their schema.

    There are several texts if the parameter was repeated. The text of a ValueError says what was
    seen and what is accepted.
    """

    read: Callable[[list[str]], object]
    schema: Mapping[str, object] = field(default_factory=lambda: {"type": "string"})

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        """Return pydantic's schema for reading the value."""
        anything = core_schema.any_schema()
        return core_schema.no_info_plain_validator_function(
            self.read, json_schema_input_schema=anything
        )

    def __get_pydantic_json_schema__(
        self, read: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return the JSON Schema that documents the parameter."""
        return {**self.schema, **handler(read)}


def once(texts: list[str]) -> str:
    """Return the only text. Raises ValueError if there are several."""
    if len(texts) > 1:
        raise ValueError(f"given {len(texts)} times; give it once")
    return texts[0]


def single(read: Callable[[str], object], **schema: object) -> Read:
    """Return a reader of a parameter that is given once; blanks around it are ignored."""
    return Read(lambda texts: read(once(texts).strip()), {"type": "string", **schema})


def words(texts: list[str]) -> tuple[str, ...]:
    """Return the words of space-separated lists, in order and without repetition."""
    found = tuple(dict.fromkeys(word for text in texts for word in text.split()))
    if len(found) > MAX_ITEMS:
        raise ValueError(f"{len(found)} items; at most {MAX_ITEMS} are accepted")
    return found


def words_of(enum: type[StrEnum]) -> Read:
    """Return a reader of space-separated words of an enumeration."""
    accepted = {member.value: member for member in enum}

    def read(texts: list[str]) -> tuple[StrEnum, ...]:
        found = words(texts)
        for word in found:
            if word not in accepted:
                raise ValueError(f"{word!r} is not one of {', '.join(accepted)}")
        return tuple(accepted[word] for word in found)

    return Read(read)


def known_words_of(enum: type[StrEnum]) -> Read:
    """Return a reader of words of an enumeration. It drops unknown words: they match nothing."""
    members = {member.value: member for member in enum}
    return Read(lambda texts: tuple(members[word] for word in words(texts) if word in members))


def one_of(accepted: Sequence[StrEnum]) -> Read:
    """Return a reader of one word out of `accepted`."""
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
    """Return a reader of integers from `least` to `most`."""

    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
            raise ValueError(f"{text!r} is not an integer from {least} to {most}")
        return int(text)

    return single(read, type="integer", minimum=least, maximum=most)


def decimal(least: int, most: int) -> Read:
    """Return a reader of exact decimals from `least` to `most`."""

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
    """Return a reader of cursors whose keys have these types."""

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
