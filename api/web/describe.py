"""OpenAPI descriptions of the routes, made from the routes' declarations."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from api.web.problems import MEDIA_TYPE, Problem
from api.web.shapes import COMPONENTS, documented
from api.web.transport.front import MAX_URL_BYTES

BEARER = "bearer"
JSON = "application/json"

_TEXT: Mapping[str, str] = {"type": "string"}
_PROBLEM = documented(Problem)
_MEANINGS = {
    304: "The answer that If-None-Match names is still valid.",
    400: "A parameter is missing, wrong or unknown (/v1), or asks for too much.",
    401: "No access token was sent, or it is unknown or revoked.",
    403: "The token's grant does not include this data.",
    404: "There is no such object, or the token may not see it; the answer does not say which.",
    406: "This path has none of the media types that Accept names.",
    410: "Changes after the cursor are no longer kept; the answer says how to synchronise again.",
    414: f"The URL is longer than {MAX_URL_BYTES} bytes.",
    429: "The client, or its address with unknown tokens, has reached a limit: requests in a minute"
    " or at once, streams or tables; Retry-After says when to try again.",
    500: "The request failed; the server's log says why.",
    503: "The database cannot be reached, or the query took too long; Retry-After says when to try"
    " again.",
}
#: The problems of every route, and the further problems of every route that needs a token.
ALWAYS = (414, 500)
BEHIND_A_TOKEN = (400, 401, 406, 429, 503)

_HEADERS = {
    "ETag": "validator, for If-None-Match; weak: the same in every encoding",
    "Last-Modified": "listings: newest cds_modified of the objects in the answer",
    "Cache-Control": "private, no-cache: ask each time; max-age if as_of is at least an hour ago",
    "Vary": "request headers that change the answer",
    "WWW-Authenticate": "RFC 6750 challenge",
    "Retry-After": "seconds",
    "RateLimit": 'requests and seconds left of the minute: "client";r=59999;t=60',
    "RateLimit-Policy": 'requests allowed per minute: "client";q=60000;w=60',
}
_RATE = {"RateLimit": False, "RateLimit-Policy": False}
_OF_STATUS = {
    200: {"ETag": True, "Cache-Control": True, "Vary": True, "Last-Modified": False} | _RATE,
    304: {"ETag": True, "Cache-Control": True, "Vary": True, "Last-Modified": False} | _RATE,
    401: {"WWW-Authenticate": True},
    403: {"WWW-Authenticate": True},
    429: {"Retry-After": True} | _RATE,
    503: {"Retry-After": True},
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "ETags of answers that the client has; 304 if one of them is still valid.",
    "schema": _TEXT,
    "example": 'W/"0123456789abcdef0123456789abcdef"',
}


def described(
    summary: str,
    description: str,
    body: Mapping[str, Any],
    *problems: int,
    media: Mapping[str, Mapping[str, Any]] | None = None,
    links: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the arguments of a route decorator that document a route which needs a token.

    body: JSON Schema of the answer, with an `example`. media: the OpenAPI description of each
    further media type of the answer; the client's Accept chooses. links: see `link`.
    """
    answers = _answers(body)
    answers[200]["content"] |= media or {}
    if links:
        answers[200]["links"] = dict(links)
    return {
        "summary": summary,
        "description": description,
        "responses": answers | _problems(*BEHIND_A_TOKEN, *problems),
        "openapi_extra": {"parameters": [_IF_NONE_MATCH], "security": [{BEARER: []}]},
    }


def described_stream(
    summary: str,
    description: str,
    content: Mapping[str, Mapping[str, Any]],
    *problems: int,
) -> dict[str, Any]:
    """Return the arguments of a route decorator for an endless answer, which has no entity tag.

    content: the OpenAPI description of each media type.
    """
    return {
        "summary": summary,
        "description": description,
        "responses": {
            200: {"description": "OK", "content": dict(content)},
            **_problems(*BEHIND_A_TOKEN, *problems),
        },
        "openapi_extra": {"security": [{BEARER: []}]},
    }


def described_action(
    summary: str,
    description: str,
    body: Mapping[str, Any] | None,
    problems: Mapping[int, str],
    *,
    request: tuple[type[BaseModel], Mapping[str, Any]] | None = None,
    status: int = 200,
) -> dict[str, Any]:
    """Return the arguments of a route decorator for a route that changes something.

    body: as for `described`; None: the answer has no body. problems: the meaning of each status
    that not every route has. request: the model of the request's JSON body, and an example.
    """
    answer: dict[str, Any] = {"description": "OK" if body else "Done"}
    if body:
        answer["content"] = json_content(body)
    extra: dict[str, Any] = {"security": [{BEARER: []}]}
    if request:
        model, example = request
        schema = model.model_json_schema(ref_template=f"#/{'/'.join(COMPONENTS)}/{{model}}")
        content = {JSON: {"schema": schema, "example": dict(example)}}
        extra["requestBody"] = {"required": True, "content": content}
    told = {each: {**_problem(each), "description": text} for each, text in problems.items()}
    return {
        "summary": summary,
        "description": description,
        "responses": {status: answer, **_problems(400, 401, 429, 503), **told},
        "openapi_extra": extra,
    }


def public(summary: str, description: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a route decorator that document metadata. They need no token.

    body: JSON Schema of the answer, with an `example`.
    """
    return {
        "summary": summary,
        "description": description,
        "responses": _answers(body) | _problems(406, 503),
        "openapi_extra": {"parameters": [_IF_NONE_MATCH], "security": []},
    }


def refused(summary: str, description: str, *problems: int) -> dict[str, Any]:
    """Return the arguments of a route decorator that document a route which refuses all tokens."""
    return {
        "summary": summary,
        "description": description,
        "responses": _problems(*problems),
        "openapi_extra": {"security": [{BEARER: []}]},
    }


def open_to_all(
    summary: str, content: Mapping[str, Mapping[str, Any]], answers: Mapping[int, str]
) -> dict[str, Any]:
    """Return the arguments of a route decorator that document a route which needs no token.

    content: the OpenAPI description of each media type, for every status in `answers`.
    """
    told = {
        status: {"description": text, "content": dict(content)} for status, text in answers.items()
    }
    return {
        "summary": summary,
        "responses": told | _problems(),
        "openapi_extra": {"security": []},
    }


def json_content(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI description of JSON by its schema with an `example`."""
    schema = {name: value for name, value in body.items() if name != "example"}
    return {JSON: {"schema": schema, "example": body["example"]}}


def link(operation: str, parameter: str, pointer: str) -> dict[str, Any]:
    """Return an OpenAPI link: the value at a JSON pointer is a parameter of another operation."""
    return {
        "operationId": operation,
        "parameters": {parameter: f"$response.body#{pointer}"},
    }


def _headers(status: int) -> dict[str, Any]:
    return {
        name: {"description": _HEADERS[name], "required": always, "schema": _TEXT}
        for name, always in _OF_STATUS.get(status, {}).items()
    }


def _answers(body: Mapping[str, Any]) -> dict[int, Any]:
    """Return the 200 with the body, and the 304 that can replace it."""
    return {
        200: {"description": "OK", "headers": _headers(200), "content": json_content(body)},
        304: {"description": _MEANINGS[304], "headers": _headers(304)},
    }


def _problems(*statuses: int) -> dict[int, Any]:
    return {status: _problem(status) for status in sorted({*statuses, *ALWAYS})}


def _problem(status: int) -> dict[str, Any]:
    return {
        "description": _MEANINGS.get(status, ""),
        "headers": _headers(status),
        "content": {MEDIA_TYPE: {"schema": _PROBLEM}},
    }
