"""What /readyz says."""

from typing import Annotated

from api.reading.database import Database
from api.web.shapes import Shape, means
from api.web.transport.freshness import Freshness


class Readiness(Shape):
    """Whether the API can answer."""

    missing: Annotated[
        tuple[str, ...], means("why the API cannot answer, and what to do; empty if it can")
    ]
    warnings: Annotated[tuple[str, ...], means("other problems, and what to do")]


class ReadinessLook(Freshness[Readiness]):
    """Looks at the database once for all who ask at the same time."""

    def __init__(self, database: Database) -> None:
        """`database`: the one that has to answer."""
        super().__init__(lambda: look(database))


async def look(database: Database) -> Readiness:
    """Look at the database; the server asks through `ReadinessLook`.

    /readyz needs no token, and its connection is the one that tokens are looked up with: whoever
    asks however often keeps nobody else waiting for it.
    """
    missing = await database.missing()
    warnings = [] if missing else await database.warnings()
    return Readiness(missing=tuple(missing), warnings=tuple(warnings))
