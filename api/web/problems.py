"""All answers that are not 2xx: RFC 9457 problem documents, made in one place."""

import http
from dataclasses import dataclass
from typing import Annotated, Any

import structlog
from fastapi import FastAPI, Request, Response
from msgspec import UNSET, UnsetType
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match

from api.reading.database import BusyError, DatabaseAwayError, OutdatedProgramError
from api.reading.session import TooMuchWorkError
from api.reading.shares import OwnTakenError
from api.web.services import service
from api.web.shapes import Shape, as_json, means

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5


class Problem(Shape):
    """RFC 9457 problem document."""

    type: Annotated[str, means("about:blank: only the status tells the kind of problem")]
    title: Annotated[str, means("the status in words")]
    status: Annotated[int, means("status of the answer")]
    detail: Annotated[str, means("what is wrong and what is accepted")]
    parameter: Annotated[str | UnsetType, means("name of the wrong parameter")] = UNSET
    example: Annotated[str | UnsetType, means("a value that would be accepted")] = UNSET
    oldest: Annotated[
        str | UnsetType, means("410: the oldest cursor from which no change is missing")
    ] = UNSET
    newest: Annotated[str | UnsetType, means("410: the cursor to continue from")] = UNSET
    resynchronise: Annotated[list[str] | UnsetType, means("410: what to do, step by step")] = UNSET


class ProblemError(Exception):
    """An answer that is not 2xx. members: further members of the problem document."""

    def __init__(
        self, status: int, detail: str, *, headers: dict[str, str] | None = None, **members: Any
    ) -> None:
        """detail: says what is wrong and what would be accepted."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}
        self.members = members

    @property
    def title(self) -> str:
        """Return the status in words."""
        return http.HTTPStatus(self.status).phrase

    def response(self) -> Response:
        """Return the document as an answer."""
        document = Problem("about:blank", self.title, self.status, self.detail, **self.members)
        headers = {"Cache-Control": "no-store"} | self.headers
        return Response(as_json(document), self.status, headers, media_type=MEDIA_TYPE)


def bad_parameter(parameter: str, detail: str, example: str) -> ProblemError:
    """Return the answer to a query parameter that does not parse."""
    return ProblemError(400, detail, parameter=parameter, example=example)


def unauthorized(*, token_sent: bool) -> ProblemError:
    """Return the challenge of RFC 6750 section 3."""
    if not token_sent:
        return ProblemError(
            401,
            "This path needs an access token: send the header `Authorization: Bearer TOKEN`.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return ProblemError(
        401,
        "The access token is unknown or revoked; ask the operator for another.",
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )


def insufficient(detail: str) -> ProblemError:
    """Return the answer to a token whose grant does not include the requested data."""
    challenge = {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}
    return ProblemError(403, detail, headers=challenge)


def unavailable(detail: str) -> ProblemError:
    """Return the answer while the API cannot work; the client should try again."""
    return ProblemError(503, detail, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


@dataclass(frozen=True, slots=True)
class Routes:
    """All routes of an application, which show the methods of each path."""

    every: tuple[BaseRoute, ...]


def install(app: FastAPI) -> None:
    """Answer every exception with a problem document."""
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(DatabaseAwayError, _database_away)
    app.add_exception_handler(TooMuchWorkError, _too_much_work)
    app.add_exception_handler(OwnTakenError, _own_taken)
    app.add_exception_handler(Exception, _surprise)


async def _problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return error.response()


async def _framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = {
        404: f"There is nothing at {request.url.path}; /docs lists the paths.",
        405: f"{request.method} is not allowed at {request.url.path}; /docs lists the methods.",
    }.get(error.status_code, str(error.detail))
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = _allowed(request)
    return ProblemError(error.status_code, detail, headers=headers).response()


def _allowed(request: Request) -> str:
    """Return the methods of all routes of the path; GET implies HEAD."""
    every = service(request, Routes).every
    here = (route for route in every if route.matches(request.scope)[0] != Match.NONE)
    found = {method for route in here for method in getattr(route, "methods", None) or ()}
    found = found or {"GET"}
    return ", ".join(sorted(found | {"HEAD"} if "GET" in found else found))


async def _database_away(_request: Request, error: Exception) -> Response:
    if isinstance(error, BusyError):
        return unavailable("The server is busy at the moment; try again.").response()
    if isinstance(error, OutdatedProgramError):
        return unavailable("This server is being upgraded; try again in a moment.").response()
    return unavailable("The database cannot be reached at the moment; try again.").response()


async def _too_much_work(_request: Request, error: Exception) -> Response:
    detail = f"The query {error}; limit it with after, before or meter_numbers."
    return unavailable(detail).response()


async def _own_taken(_request: Request, _error: Exception) -> Response:
    detail = (
        "This client's other requests use its whole share of the server; wait for their answers."
    )
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return ProblemError(429, detail, headers=headers).response()


async def _surprise(request: Request, error: Exception) -> Response:
    log.error("request failed", path=request.url.path, exc_info=error)
    return ProblemError(500, "The request failed; the server's log says why.").response()
