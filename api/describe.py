"""OpenAPI descriptions of the routes, made from what the routes declare."""

from collections.abc import Collection, Mapping
from typing import Any

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
