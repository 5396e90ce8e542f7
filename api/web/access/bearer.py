"""Who holds an answer that takes long, and how it hears that it has to end."""

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
    """Who asks: the hash of the token, and what it may see."""

    token_sha256: bytes
    grant: Grant

    @classmethod
    def of(cls, grant: Grant, authorization: str | None) -> "Bearer":
        """Return the bearer of a header whose grant is known."""
        return cls(token_sha256(bearer_token(authorization) or ""), grant)


async def bearer_of_request(request: Request) -> Bearer:
    """Return who asks, by the header alone. Raises ProblemError 401 or 429."""
    return Bearer.of(await grant_of(request, at_once=False), request.headers.get("authorization"))


@dataclass(eq=False, slots=True)
class Answer:
    """One answer of a bearer's that takes long. goodbye: set once it has to end."""

    bearer: Bearer
    goodbye: Goodbye | None = None
    ended: Callable[[], None] = field(default=lambda: None)

    def end(self, goodbye: Goodbye) -> None:
        """Ask it to end."""
        if self.goodbye is None:
            self.goodbye = goodbye
            self.ended()
