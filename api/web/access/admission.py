"""Admission of requests: every request that needs a token passes here, within limits."""

from collections import OrderedDict
from collections.abc import Iterator, MutableMapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, cast

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from api.reading.session import Grant
from api.reading.shares import Tally
from api.web.access.auth import Authenticator, bearer_token
from api.web.access.rates import Rate, Standing, line_of
from api.web.problems import ProblemError
from api.web.services import service
from gridfeed.settings import Settings
from gridfeed.storage.clients import token_sha256

#: The key of a request's visit in its ASGI scope.
VISIT = "gridfeed.visit"
#: The number of tokens that this process remembers as once valid. Their requests are not refused
#: when another client tries unknown tokens from the same address.
REMEMBERED_TOKENS = 65_536

Scope = MutableMapping[str, Any]


@dataclass(slots=True)
class Visit:
    """One request: its grant or refusal, its client's standing, and the resources it holds."""

    grant: Grant | None = None
    refused: ProblemError | None = None
    standing: Standing | None = None
    held: AsyncExitStack = field(default_factory=AsyncExitStack)


class Admission:
    """Admits requests within the client's limits, and unknown tokens within the address's limit.

    A request that was admitted once stays admitted until it ends.
    """

    def __init__(self, authenticator: Authenticator, settings: Settings) -> None:
        """Start with nothing counted."""
        self._authenticator = authenticator
        self._most_at_once = settings.requests_per_client
        self._requests = Rate("client", settings.requests_per_minute)
        self._failures = Rate("address", settings.failed_tokens_per_minute)
        self._at_once = Tally()
        self._once_right: OrderedDict[bytes, None] = OrderedDict()

    async def grant(
        self, scope: Scope, authorization: str | None, *, at_once: bool = True
    ) -> Grant:
        """Return the grant of an Authorization header.

        at_once: whether the request counts among the requests that its client has under way.

        Raises ProblemError 401 or 429, and DatabaseAwayError.
        """
        visit = cast("Visit", scope[VISIT])
        if visit.refused:
            raise visit.refused
        if visit.grant is None:
            try:
                grant = await self._authenticated(scope, authorization)
                visit.standing = await self._requests.take(str(grant.client_id))
                _refuse_too_often(visit.standing)
                if at_once:
                    visit.held.enter_context(self._one_more(grant))
            except ProblemError as problem:
                visit.refused = problem
                raise
            visit.grant = grant
        return visit.grant

    async def one_more(self, grant: Grant) -> None:
        """Count a request that a client sends over an open connection. Raises ProblemError 429."""
        _refuse_too_often(await self._requests.take(str(grant.client_id)))

    def known(self, authorization: str | None) -> Grant | None:
        """Return the grant if it is remembered, without admitting the request."""
        return self._authenticator.known(authorization)

    async def _authenticated(self, scope: Scope, authorization: str | None) -> Grant:
        if (known := self._authenticator.known(authorization)) is not None:
            return known
        token = bearer_token(authorization)
        if not token:
            return await self._authenticator.grant(authorization)
        digest = token_sha256(token)
        line = line_of((scope.get("client") or ("",))[0])
        if digest not in self._once_right:
            standing = await self._failures.look(line)
            if standing.exceeded:
                raise _too_often(standing, "address", "GRIDFEED_FAILED_TOKENS_PER_MINUTE")
        try:
            grant = await self._authenticator.grant(authorization)
        except ProblemError:
            self._once_right.pop(digest, None)
            await self._failures.take(line)
            raise
        self._once_right[digest] = None
        self._once_right.move_to_end(digest)
        if len(self._once_right) > REMEMBERED_TOKENS:
            self._once_right.popitem(last=False)
        return grant

    @contextmanager
    def _one_more(self, grant: Grant) -> Iterator[None]:
        client = grant.client_id
        if self._at_once.of(client) >= self._most_at_once:
            raise ProblemError(
                429,
                f"This client has {self._most_at_once} requests under way, the most allowed"
                " (GRIDFEED_REQUESTS_PER_CLIENT); wait for an answer.",
                headers={"Retry-After": "1"},
            )
        with self._at_once.one(client):
            yield


def _refuse_too_often(standing: Standing) -> None:
    if standing.exceeded:
        raise _too_often(standing, "client", "GRIDFEED_REQUESTS_PER_MINUTE")


def _too_often(standing: Standing, who: str, setting: str) -> ProblemError:
    what = "requests" if who == "client" else "unknown tokens"
    detail = (
        f"This {who} has sent {standing.limit:,} {what} within a minute, the most allowed"
        f" ({setting}); try again in {standing.seconds} s."
    )
    headers = standing.headers() | {"Retry-After": str(standing.seconds)}
    return ProblemError(429, detail, headers=headers)


def visit_of(request: HTTPConnection) -> Visit:
    """Return the request's visit."""
    return cast("Visit", request.scope[VISIT])


async def grant_of(request: HTTPConnection, *, at_once: bool = True) -> Grant:
    """Return the grant of the request's token. Raises ProblemError 401 or 429."""
    authorization = request.headers.get("authorization")
    return await admission_of(request).grant(request.scope, authorization, at_once=at_once)


async def _admitted(request: Request) -> Grant:
    return await grant_of(request)


#: The grant of a route's request. FastAPI asks for it before it reads the query, so that only
#: clients with a valid token learn about faults in parameters.
Admitted = Annotated[Grant, Depends(_admitted)]


def admission_of(connection: HTTPConnection) -> Admission:
    """Return the application's admission."""
    return service(connection, Admission)
