"""What /readyz says."""

from dataclasses import dataclass

from api.query.database import Database


@dataclass(frozen=True, slots=True)
class Found:
    """missing: why the API cannot answer. warnings: what is wrong although it can."""

    missing: tuple[str, ...]
    warnings: tuple[str, ...]


async def look(database: Database) -> Found:
    """Look at the database; the server asks through a `Freshness`.

    /readyz needs no token, and its connection is the one that tokens are looked up with: whoever
    asks however often keeps nobody else waiting for it.
    """
    missing = await database.missing()
    warnings = [] if missing else await database.warnings()
    return Found(tuple(missing), tuple(warnings))
