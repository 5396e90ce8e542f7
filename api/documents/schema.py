"""JSON Schema in a few words."""

from collections.abc import Mapping
from typing import Any

#: What every object of the specification begins with, behind its id.
HEAD = {
    "cds_created": ("datetime", "when it was declared"),
    "cds_modified": ("datetime", "last change of another member than cds_synced"),
    "cds_synced": ("datetime", "when the declaration was last confirmed"),
}
OF_ENTITY = "id, types, entity_number, entity_name, entity_abbreviation (or null)"


def members(required: Mapping[str, tuple[str, str]], **more: tuple[str, str]) -> dict[str, Any]:
    """Return a JSON Schema object: member to (type, description); `more` are optional.

    Types: a JSON type, `datetime`, `date`, `T[]` for an array, `T?` for T or null.
    """
    every = {**required, **more}
    return {
        "type": "object",
        "properties": {
            name: {**_type(kind), "description": text} for name, (kind, text) in every.items()
        },
        "required": list(required),
    }


def array_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of an array."""
    return {"type": "array", "items": dict(item)}


def _type(kind: str) -> dict[str, Any]:
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


def listing_body(name: str, item: Mapping[str, Any], example: object) -> dict[str, Any]:
    """Return the envelope of a CDS listing: schema, and an example of one item."""
    page = members(
        {
            name: ("array", "at most 100"),
            "next": ("string?", "URL of the next page, null at the end"),
            "previous": ("string?", "URL of the page before, null at the front"),
        }
    )
    page["properties"][name] |= array_of(item)
    return {**page, "example": {name: [example], "next": None, "previous": None}}
