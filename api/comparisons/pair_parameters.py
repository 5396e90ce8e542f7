"""Query parameters and their checks for the views that compare two production formats."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated

from fastapi import Request

from api.comparisons.every_vintage import TooManyVintagesError
from api.comparisons.parameters import Derived, Settlement
from api.comparisons.scope import scope
from api.reading.session import Grant, Session
from api.web.access.auth import database_of
from api.web.parameters import integer, single, told
from api.web.problems import insufficient
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

    @asynccontextmanager
    async def opened(self, request: Request, grant: Grant) -> AsyncIterator[tuple[Session, Scope]]:
        """Open a session as of the requested instant; yield it with the requested scope.

        Raises ProblemError 400 for a future instant, an unknown settlement run or too much to read,
        and 404 for an unknown scope.
        """
        async with database_of(request).granted(grant, self.as_of) as session:
            self.refuse_future(session)
            found = self.require_found(await scope(session, *self.scope))
            self._require_run(found)
            self.spans(found, self.interval or found.project.interval_seconds, 2)
            yield session, found

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
