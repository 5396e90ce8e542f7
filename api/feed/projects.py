"""The projects that a reader of the feed names.

Of a name that is misspelled nothing ever comes, and a stream would be silent for ever.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from api.feed.audience import Some
from api.reading.session import Grant
from api.web.problems import ProblemError
from api.web.transport.freshness import Freshness
from gridfeed.storage import feed
from gridfeed.storage.connect import Connection

PARAMETER = "cds_productionproject_ids"


class Projects:
    """Those that are declared; one question for all who ask at the same time."""

    def __init__(self, connect: Callable[[], AbstractAsyncContextManager[Connection]]) -> None:
        """connect: gives a connection that sees everything."""
        self._connect = connect
        self._declared = Freshness(self._ask)

    async def refuse_unknown(self, grant: Grant, wanted: Some) -> None:
        """Raise ProblemError 404 for a project that is not there or that the grant does not open.

        Which of the two is not told. None, or nothing, names no project. Raises DatabaseAwayError.
        """
        if not wanted:
            return
        seen = await self._declared.state()
        if grant.projects is not None:
            seen = seen.intersection(grant.projects)
        if unknown := sorted(wanted - seen):
            raise ProblemError(
                404,
                f"There is no project {', '.join(unknown)}, or the token may not see it.",
                parameter=PARAMETER,
            )

    async def _ask(self) -> frozenset[str]:
        async with self._connect() as connection:
            return await feed.projects(connection)
