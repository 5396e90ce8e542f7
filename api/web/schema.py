"""Short functions for JSON Schemas. Each object's name is a component of the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]
#: A member of an object: its type and its meaning. The type is a JSON type, `datetime` or `date`,
#: `T[]` for an array, `T?` for T or null, or else a schema.
Member = tuple[str | Mapping[str, Any], str]


def members(name: str, required: Mapping[str, Member], /, **more: Member) -> Schema:
    """Return the JSON Schema of an object; `more` are optional members.

    name: the component's name and the schema's title; generated clients name their class after it.
    """
    every = {**required, **more}
    return {
        "title": name,
        "type": "object",
        "properties": {
            member: {**_type(kind), "description": text} for member, (kind, text) in every.items()
        },
        "required": list(required),
    }


def array_of(item: Mapping[str, Any]) -> Schema:
    """Return the JSON Schema of an array."""
    return {"type": "array", "items": dict(item)}


def or_null(schema: Mapping[str, Any]) -> Schema:
    """Return a JSON Schema that allows null besides the values of the given schema."""
    return {"anyOf": [dict(schema), {"type": "null"}]}


def map_of(schema: Mapping[str, Any]) -> Schema:
    """Return the JSON Schema of an object whose keys are data."""
    return {"type": "object", "additionalProperties": dict(schema)}


def _type(kind: str | Mapping[str, Any]) -> Schema:
    if not isinstance(kind, str):
        return dict(kind)
    if kind.endswith("?"):
        inner = _type(kind[:-1])
        return {**inner, "type": [inner["type"], "null"]}
    if kind.endswith("[]"):
        return array_of(_type(kind[:-2]))
    if kind == "datetime":
        return {"type": "string", "format": "date-time"}
    if kind == "date":
        return {"type": "string", "format": "date"}
    return {"type": kind}


def listing_body(name: str, item: Mapping[str, Any], example: object) -> Schema:
    """Return the schema of a CDS listing's envelope, with an example of one item."""
    page = members(
        f"{item['title']}Page",
        {
            name: (array_of(item), "at most 100"),
            "next": ("string?", "URL of the next page, null at the end"),
            "previous": ("string?", "URL of the page before, null at the front"),
        },
    )
    return {**page, "example": {name: [example], "next": None, "previous": None}}
