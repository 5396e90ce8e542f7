"""The OpenAPI document, and JSON as it documents it."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import httpx
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


#: Pattern of a path, and what is documented of it.
_PATHS = [
    (re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), item)
    for path, item in DOCUMENT["paths"].items()
]


def assert_documented(schema: Mapping[str, Any], value: Any) -> None:
    """The value is of the schema, and has no member that is not documented."""
    _validator(json.dumps(schema)).validate(value)


@cache
def _validator(schema: str) -> jsonschema_rs.Validator:
    whole = {**json.loads(schema), "components": _COMPONENTS}
    return jsonschema_rs.validator_for(whole, validate_formats=True)


async def assert_answer_documented(answer: httpx.Response) -> None:
    """The JSON of an answer is what the document says of its path, method and status."""
    kind = answer.headers.get("content-type", "").split(";")[0]
    documented = _answers(answer.request).get(str(answer.status_code), {})
    if kind in documented.get("content", {}) and kind.endswith("json"):
        await answer.aread()
        assert_documented(documented["content"][kind]["schema"], answer.json())


def _answers(request: httpx.Request) -> Mapping[str, Any]:
    item = next((item for path, item in _PATHS if path.fullmatch(request.url.path)), {})
    answers: Mapping[str, Any] = item.get(request.method.lower(), {}).get("responses", {})
    return answers


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
