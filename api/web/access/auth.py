"""Finds the grant of a bearer token."""

import asyncio
from collections.abc import Callable

from fastapi import Request

from api.reading.database import Database
from api.reading.session import Grant
from api.web.problems import unauthorized
from api.web.services import service
from gridfeed.storage.clients import token_sha256

#: A revoked token works for at most this long.
CACHE_SECONDS = 5.0
CACHE_SIZE = 4096


class Authenticator:
    """Asks the database for a token's grant and remembers it for CACHE_SECONDS."""

    def __init__(self, database: Database, monotonic: Callable[[], float]) -> None:
        """monotonic: a clock in seconds that never goes back."""
        self._database = database
        self._monotonic = monotonic
        self._known: dict[bytes, tuple[float, Grant]] = {}
        self._asked: dict[bytes, asyncio.Task[Grant]] = {}

    async def grant(self, authorization: str | None) -> Grant:
        """Return the grant of an Authorization header.

        Raises ProblemError 401, and DatabaseAwayError.
        """
        token = bearer_token(authorization)
        if token is None:
            raise unauthorized(token_sent=False)
        digest, asked_at = token_sha256(token), self._monotonic()
        return self._remembered(digest, asked_at) or await self._shared(digest, asked_at)

    def known(self, authorization: str | None) -> Grant | None:
        """Return the grant if it is remembered, otherwise None without asking the database."""
        token = bearer_token(authorization)
        return self._remembered(token_sha256(token), self._monotonic()) if token else None

    def _remembered(self, digest: bytes, asked_at: float) -> Grant | None:
        expires_at, grant = self._known.get(digest, (asked_at, None))
        return grant if asked_at < expires_at else None

    async def _shared(self, digest: bytes, asked_at: float) -> Grant:
        # After a restart of the server all clients come at once, many with the same token.
        task = self._asked.get(digest)
        if task is None:
            task = self._asked[digest] = asyncio.create_task(self._ask(digest, asked_at))
            task.add_done_callback(lambda _: self._asked.pop(digest, None))
        return await asyncio.shield(task)

    async def _ask(self, digest: bytes, asked_at: float) -> Grant:
        self._known.pop(digest, None)
        grant = await self._database.authenticate(digest)
        if grant is None:
            raise unauthorized(token_sent=True)
        if len(self._known) >= CACHE_SIZE:
            self._known.clear()
        self._known[digest] = asked_at + CACHE_SECONDS, grant
        return grant


def bearer_token(authorization: str | None) -> str | None:
    """Return the token of an Authorization header, or None if it has none."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def database_of(request: Request) -> Database:
    """Return the application's database, which gives sessions only for a grant."""
    return service(request, Database)
