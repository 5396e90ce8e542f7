"""What /readyz says."""

from dataclasses import dataclass

from api.reading.database import Database
from api.web.transport.freshness import Freshness


@dataclass(frozen=True, slots=True)
class Found:
    """missing: why the API cannot answer. warnings: what is wrong although it can."""

    missing: tuple[str, ...]
    warnings: tuple[str, ...]


class Readiness(Freshness[Found]):
    """Looks at the database once for all who ask at the same time."""

    def __init__(self, database: Database) -> None:
        """`database`: the one that has to answer."""
        super().__init__(lambda: look(database))


async def look(database: Database) -> Found:
    """Look at the database; the server asks through `Readiness`.

    /readyz needs no token, and its connection is the one that tokens are looked up with: whoever
    asks however often keeps nobody else waiting for it.
    """
    missing = await database.missing()
    warnings = [] if missing else await database.warnings()
    return Found(tuple(missing), tuple(warnings))
