"""OpenAPI descriptions of the routes, made from what the routes declare."""

from collections.abc import Collection, Mapping
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from api.parameters import Parameter

BEARER = "bearer"

_PROBLEM = {
    "description": "RFC 9457 problem document",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string", "description": "what is wrong, what is accepted"},
                    "parameter": {"type": "string", "description": "of a 400: which one"},
                    "example": {"type": "string", "description": "of a 400: what would parse"},
                },
                "required": ["type", "title", "status", "detail"],
            },
            "example": {
                "type": "about:blank",
                "title": "Bad Request",
                "status": 400,
                "detail": "before: 'yesterday' is not an RFC 3339 date-time with an offset or Z",
                "parameter": "before",
                "example": "2026-03-01T00:00:00Z",
            },
        }
    },
}
_MEANINGS = {
    400: "A parameter does not parse.",
    401: "No access token was sent, or it is unknown or revoked.",
    403: "The token's grant does not open this.",
    404: "There is no such meter, or the token may not see it.",
    503: "The database cannot be reached; `Retry-After` says when to try again.",
}


def described(
    summary: str,
    description: str,
    parameters: Collection[Parameter[Any]],
    body: Mapping[str, Any],
    *problems: int,
) -> dict[str, Any]:
    """Return the arguments of a route decorator that document a route which needs a token.

    body: JSON Schema of the answer, with an `example`.
    """
    schema = {name: value for name, value in body.items() if name != "example"}
    answer = {"schema": schema, "example": body["example"]}
    refused = {
        status: {**_PROBLEM, "description": _MEANINGS[status]}
        for status in (400, 401, *problems, 503)
    }
    return {
        "summary": summary,
        "description": description,
        "responses": {
            200: {"description": "OK", "content": {"application/json": answer}},
            **refused,
        },
        "openapi_extra": {
            "parameters": [_parameter(parameter) for parameter in parameters],
            "security": [{BEARER: []}],
        },
    }


def _parameter(parameter: Parameter[Any]) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.description,
        "schema": dict(parameter.schema),
        "example": parameter.example,
    }


def complete_openapi(app: FastAPI, routers: Collection[APIRouter]) -> None:
    """Add to the generated document what FastAPI leaves out: the token, null in examples."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        components = document.setdefault("components", {})
        components["securitySchemes"] = {BEARER: {"type": "http", "scheme": "bearer"}}
        for route in (route for router in routers for route in router.routes):
            if isinstance(route, APIRoute) and (answer := _json_answer(route.responses)):
                operation = document["paths"][route.path_format]["get"]
                _json_answer(operation["responses"])["example"] = answer["example"]
        return document

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way


def _json_answer(responses: Mapping[Any, Any]) -> dict[str, Any]:
    answer = responses.get(200) or responses.get("200") or {}
    found: dict[str, Any] = answer.get("content", {}).get("application/json", {})
    return found
