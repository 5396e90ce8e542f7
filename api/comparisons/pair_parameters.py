"""Query parameters and their checks for the views that compare two production formats."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated

from fastapi import Request

from api.comparisons.aligned import is_long
from api.comparisons.every_vintage import TooManyVintagesError
from api.comparisons.parameters import MOST_SUMMED, Derived, Settlement
from api.comparisons.scope import scope
from api.reading.session import Grant, Session
from api.web.access.auth import database_of
from api.web.parameters import integer, single, told
from api.web.problems import insufficient
from api.web.services import service
from api.web.transport.streamed import Slots
from gridfeed.domain.calendar.interval import UntileableError
from gridfeed.domain.published.scope import Scope
from gridfeed.domain.words import ProductionFormat, ReadingValidity


def _validity(text: str) -> ReadingValidity:
    accepted = ReadingValidity.TOTAL_GROSS, ReadingValidity.NET_METERING
    if text not in accepted:
        why = ": a contract's share of both sides compares alike" if text == "contracted" else ""
        raise ValueError(f"{text!r} is not one of {', '.join(accepted)}{why}")
    return ReadingValidity(text)


Validity = Annotated[ReadingValidity | None, single(_validity)]


class Pair(Derived):
    """The query parameters of both views."""

    interval: Annotated[int | None, integer(1, 86_400)] = told(
        "Length in seconds of the intervals that are compared; both sides are summed to it. It must"
        " fill each day of the project's time zone. Without it, the shortest that both sides fill.",
        3600,
    )
    settlement: Settlement = None

    @property
    def most_intervals(self) -> int:
        """Return how many stored intervals of both sides may be read."""
        return MOST_SUMMED

    @asynccontextmanager
    async def opened(self, request: Request, grant: Grant) -> AsyncIterator[tuple[Session, Scope]]:
        """Open a session as of the requested instant; yield it with the requested scope.

        Raises ProblemError 400 for a future instant, an unknown settlement run or too much to read,
        and 404 for an unknown scope.
        """
        database = database_of(request)
        async with database.granted(grant, self.as_of) as session:
            found = await self._found(session)
            if not is_long(found, *self.range):
                yield session, found
                return
        # It reads for seconds: like a table, it waits for its turn without a connection.
        async with (
            service(request, Slots).making(grant.client_id),
            database.granted(grant, self.as_of) as session,
            session.one_snapshot(),
        ):
            yield session, await self._found(session)

    async def _found(self, session: Session) -> Scope:
        self.refuse_future(session)
        found = self.require_found(await scope(session, *self.scope))
        self._require_run(found)
        self.refuse_too_many_rows(self.interval or found.project.interval_seconds, 2)
        self.refuse_too_much(found, 2, self.most_intervals)
        self.spans_of(found, self.interval or found.project.interval_seconds)
        return found

    def _require_run(self, found: Scope) -> None:
        choice, runs = self.settlement, found.settlement_runs()
        if choice and not choice.published and choice.versions(runs) is None:
            raise self.refused("settlement", choice.unknown(runs))

    @contextmanager
    def comparable(self) -> Iterator[None]:
        """Raise ProblemError 400 for values that cannot be compared as requested."""
        try:
            yield
        except UntileableError as error:
            raise self.refused("interval", str(error)) from None
        except TooManyVintagesError as error:
            raise self.refused("end", str(error)) from None


def require_formats(grant: Grant, *needed: ProductionFormat) -> None:
    """Raise ProblemError 403 if the token lacks one of the production formats."""
    for word in needed:
        if grant.production_formats is not None and word not in grant.production_formats:
            raise insufficient(
                f"The token does not include production format {word}, which this compares."
            )
