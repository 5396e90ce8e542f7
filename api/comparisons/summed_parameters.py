"""Query parameters of the views that sum or count the intervals of a long range."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request

from api.comparisons.aligned import is_long
from api.comparisons.parameters import MOST_SUMMED, Derived
from api.comparisons.scope import scope
from api.reading.session import Grant, Session
from api.web.access.auth import database_of
from api.web.services import service
from api.web.transport.streamed import Slots
from gridfeed.domain.published.scope import Scope


class Summed(Derived):
    """The query parameters, and the way to the scope that they name."""

    @property
    def sides(self) -> int:
        """Return how often the intervals are read."""
        return 1

    @property
    def most_intervals(self) -> int:
        """Return how many stored intervals may be read in all."""
        return MOST_SUMMED

    @asynccontextmanager
    async def opened(self, request: Request, grant: Grant) -> AsyncIterator[tuple[Session, Scope]]:
        """Open a session as of the requested instant; yield it with the requested scope.

        Raises ProblemError 400 for a future instant and for too much to read, and 404 for an
        unknown scope.
        """
        database = database_of(request)
        async with database.granted(grant, self.as_of) as session:
            found = await self.found(session)
            if not is_long(found, *self.range):
                yield session, found
                return
        # It reads for seconds: like a table, it waits for its turn without a connection.
        async with (
            service(request, Slots).making(grant.client_id),
            database.granted(grant, self.as_of) as session,
            session.one_snapshot(),
        ):
            yield session, await self.found(session)

    async def found(self, session: Session) -> Scope:
        """Return the requested scope. Raises ProblemError as `opened`."""
        self.refuse_future(session)
        found = self.require_found(await scope(session, *self.scope))
        self.refuse_too_much(found, self.sides, self.most_intervals)
        return found
