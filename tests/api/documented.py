"""The OpenAPI document, and JSON as it documents it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from api.server import build_app
from gridfeed.settings import load

DOCUMENT = build_app(load()).openapi()
SCHEMAS: Mapping[str, Any] = DOCUMENT["components"]["schemas"]
_PREFIX = "#/components/schemas/"


def _closed(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a component that has no other members than those it names."""
    return {"additionalProperties": False, **schema} if schema.get("properties") else schema


_COMPONENTS = {"schemas": {name: _closed(schema) for name, schema in SCHEMAS.items()}}


def assert_documented(schema: Mapping[str, Any], value: Any) -> None:
    """The value is of the schema, and has no member that is not documented."""
    whole = {**schema, "components": _COMPONENTS}
    jsonschema_rs.validator_for(whole, validate_formats=True).validate(value)


def component(schema: Mapping[str, Any]) -> str:
    """Return the name of the component that a schema refers to."""
    reference: str = schema["$ref"]
    assert reference.startswith(_PREFIX)
    return reference.removeprefix(_PREFIX)


def references(piece: Any) -> Iterator[str]:
    """Yield where the piece of a document refers to."""
    if isinstance(piece, dict):
        if isinstance(found := piece.get("$ref"), str):
            yield found
        piece = list(piece.values())
    if isinstance(piece, list):
        for each in piece:
            yield from references(each)


def written(example: object) -> str:
    """Return the example of a parameter as it stands in a URL."""
    return example if isinstance(example, str) else json.dumps(example)
