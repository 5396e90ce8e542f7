"""Query parameters and their checks for the views that compare two production formats."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from api.comparisons.every_vintage import TooManyVintagesError
from api.comparisons.parameters import Settlement
from api.comparisons.summed_parameters import Summed
from api.reading.session import Grant, Session
from api.web.parameters import integer, single, told
from api.web.problems import insufficient
from gridfeed.domain.calendar.interval import UntileableError
from gridfeed.domain.published.scope import Scope
from gridfeed.domain.words import ProductionFormat, ReadingValidity


def _validity(text: str) -> ReadingValidity:
    accepted = ReadingValidity.TOTAL_GROSS, ReadingValidity.NET_METERING
    if text not in accepted:
        why = ": a contract's share changes both sides equally" if text == "contracted" else ""
        raise ValueError(f"{text!r} is not one of {', '.join(accepted)}{why}")
    return ReadingValidity(text)


Validity = Annotated[ReadingValidity | None, single(_validity)]


class Pair(Summed):
    """The query parameters of both views."""

    interval: Annotated[int | None, integer(1, 86_400)] = told(
        "Length of the compared intervals in seconds; both sides are summed to this length, which"
        " must divide each day of the project's time zone. Default: the shortest possible length.",
        3600,
    )
    settlement: Settlement = None

    @property
    def sides(self) -> int:
        """Return 2."""
        return 2

    async def found(self, session: Session) -> Scope:
        """Return the requested scope.

        Raises ProblemError also for an unknown settlement run, for too many rows, and for intervals
        that do not fill the days.
        """
        found = await super().found(session)
        self._require_run(found)
        seconds = self.interval or found.project.interval_seconds
        self.refuse_too_many_rows(seconds, 2)
        self.spans_of(found, seconds)
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
                f"The token does not include production format {word}, which is compared here."
            )
