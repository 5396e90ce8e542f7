"""The OpenAPI document: FastAPI's document of the routes, corrected for client generators."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from api.web.describe import BEARER
from api.web.limits import Limit
from api.web.shapes import COMPONENTS

Schemas = dict[str, Any]

_TAGS = {
    "Discovery": "Descriptions of this server; they need no token.",
    "CDS": "Listings of CDS-WG3-01, with the order and the sign of the specification.",
    "Gridfeed": "The change feed, and views of values; generation is positive.",
    "Webhooks": "Subscriptions: changes are posted to a URL.",
    "Operations": "For operators of the API; they need no token.",
}
TAGS = [{"name": name, "description": text} for name, text in _TAGS.items()]


def complete_openapi(
    app: FastAPI, routers: Collection[APIRouter], limits: Collection[Limit]
) -> None:
    """Correct the generated document: the token, the limits, null in examples, names of schemas.

    FastAPI also documents a 422, a 200 and JSON for routes that never answer so.
    """
    generate = app.openapi

    @cache
    def openapi() -> dict[str, Any]:
        document, schemas = generate(), Schemas()
        for operation, route in _operations(document, routers):
            _mend(operation["responses"], route.responses)
            _tell(operation.get("parameters", ()))
            _name(operation, schemas)
        document["components"] = {
            COMPONENTS[-1]: dict(sorted(schemas.items())),
            "securitySchemes": {BEARER: {"type": "http", "scheme": "bearer"}},
        }
        document["x-gridfeed-limits"] = [asdict(limit) for limit in limits]
        return document

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way


def _operations(
    document: Mapping[str, Any], routers: Collection[APIRouter]
) -> Iterator[tuple[dict[str, Any], APIRoute]]:
    for route in (route for router in routers for route in router.routes):
        if isinstance(route, APIRoute):
            for method in route.methods or ():
                yield document["paths"][route.path_format][method.lower()], route


def _mend(answers: dict[str, Any], declared: Mapping[Any, Any]) -> None:
    for status in answers.keys() - {str(status) for status in declared}:
        del answers[status]
    for status, answer in declared.items():
        content = answers[str(status)].get("content", {})
        for kind in content.keys() - answer.get("content", {}).keys():
            del content[kind]
        for kind, told in answer.get("content", {}).items():
            if "example" in told:
                content[kind]["example"] = told["example"]


def _tell(parameters: Iterable[dict[str, Any]]) -> None:
    """Keep the meaning and the example of each query parameter in one place only."""
    for parameter in (each for each in parameters if each["in"] == "query"):
        schema = parameter["schema"]
        (parameter["example"],) = schema.pop("examples")
        del schema["title"], schema["description"]


def _name(operation: Mapping[str, Any], schemas: Schemas) -> None:
    """Move the named schemas of an operation's bodies to `schemas`."""
    for body in (*operation["responses"].values(), operation.get("requestBody", {})):
        for content in body.get("content", {}).values():
            content["schema"] = _named(content["schema"], schemas)


def _named(piece: Any, schemas: Schemas) -> Any:
    """Return a schema in which references replace the objects that have a title."""
    if isinstance(piece, list):
        return [_named(each, schemas) for each in piece]
    if not isinstance(piece, dict):
        return piece
    for name, schema in piece.get("$defs", {}).items():
        _keep(name, schema, schemas)
    found = {key: _named(each, schemas) for key, each in piece.items() if key != "$defs"}
    name = found.get("title")
    if found.get("type") != "object" or not isinstance(name, str):
        return found
    _keep(name, found, schemas)
    return {"$ref": f"#/{'/'.join(COMPONENTS)}/{name}"}


def _keep(name: str, schema: Mapping[str, Any], schemas: Schemas) -> None:
    if schemas.setdefault(name, schema) != schema:
        raise ValueError(f"two different schemas are called {name}; give one another name")
