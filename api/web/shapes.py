"""Answers as structs: one declaration builds an answer and documents it."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw

from api.web.describe import COMPONENTS


class Shape(msgspec.Struct):
    """An object of an answer. UNSET members are left out."""


def means(text: str) -> Meta:
    """Return what a member means."""
    return Meta(description=text)


def answer(example: Shape) -> dict[str, Any]:
    """Return the JSON Schema of an answer that is like the example, and the example."""
    reference = f"#/{'/'.join(COMPONENTS)}/{{name}}"
    (schema,), components = msgspec.json.schema_components((type(example),), ref_template=reference)
    return {**schema, "$defs": components, "example": msgspec.json.decode(as_json(example))}


def as_json(shape: Shape) -> bytes:
    """Return the JSON text; instants are written with Z."""
    return msgspec.json.encode(shape)


def number(amount: Decimal) -> Raw:
    """Return a JSON number with the very digits."""
    return Raw(f"{amount:f}".encode())


Time = Annotated[datetime, Meta(tz=True)]
#: An instant that is written out already.
TimeText = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
#: A JSON number as the text of its digits.
Number = Annotated[Raw, Meta(extra_json_schema={"type": "number"})]
