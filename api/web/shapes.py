"""Answers as structs: one declaration builds an answer and documents it."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw

#: The place of named schemas in the OpenAPI document.
COMPONENTS = ("components", "schemas")


class Shape(msgspec.Struct):
    """An object of an answer. UNSET members are left out."""


def means(text: str) -> Meta:
    """Return the annotation with a member's meaning."""
    return Meta(description=text)


def answer(example: Shape) -> dict[str, Any]:
    """Return the JSON Schema of the example's type, with the example."""
    return {**documented(type(example)), "example": msgspec.json.decode(as_json(example))}


def documented(kind: type[Shape]) -> dict[str, Any]:
    """Return the JSON Schema of a type, with those of the objects it holds."""
    (schema,), components = schemas(kind)
    return {**schema, "$defs": components}


def schemas(*kinds: type[Shape]) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    """Return references to the JSON Schemas of objects, and these by name with all they hold."""
    return msgspec.json.schema_components(kinds, ref_template=f"#/{'/'.join(COMPONENTS)}/{{name}}")


def as_json(shape: Shape) -> bytes:
    """Return the JSON text. Instants end in Z."""
    return msgspec.json.encode(shape)


def number(amount: Decimal) -> Raw:
    """Return a JSON number with exactly the decimal's digits."""
    return Raw(f"{amount:f}".encode())


Time = Annotated[datetime, Meta(tz=True)]
#: An instant that is text already.
TimeText = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
#: A JSON number that is text already.
Number = Annotated[Raw, Meta(extra_json_schema={"type": "number"})]
