"""The bearers of long answers, and the way to end such an answer."""

from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import Request

from api.reading.session import Grant
from api.web.access.admission import grant_of
from api.web.access.auth import bearer_token
from api.web.access.goodbye import Goodbye
from gridfeed.storage.clients import token_sha256


@dataclass(frozen=True, slots=True)
class Bearer:
    """A client with a token: the token's hash and its grant."""

    token_sha256: bytes
    grant: Grant

    @classmethod
    def of(cls, grant: Grant, authorization: str | None) -> "Bearer":
        """Return the bearer of an Authorization header with a known grant."""
        return cls(token_sha256(bearer_token(authorization) or ""), grant)


async def bearer_of_request(request: Request) -> Bearer:
    """Return the bearer of a request's Authorization header. Raises ProblemError 401 or 429."""
    return Bearer.of(await grant_of(request, at_once=False), request.headers.get("authorization"))


@dataclass(eq=False, slots=True)
class Answer:
    """One long answer to a bearer. goodbye: set once the answer must end."""

    bearer: Bearer
    goodbye: Goodbye | None = None
    ended: Callable[[], None] = field(default=lambda: None)

    def end(self, goodbye: Goodbye) -> None:
        """Ask the answer to end."""
        if self.goodbye is None:
            self.goodbye = goodbye
            self.ended()
