"""What the public metadata needs of the database."""

from collections.abc import Mapping
from datetime import datetime

from api.reading.database import Database
from api.reading.session import Grant

#: Sees no project; what is public is seen nevertheless.
NOBODY = Grant(0, "anybody", projects=(), production_formats=(), details=False)


async def created(database: Database) -> datetime:
    """Return when the database was made. Raises DatabaseAwayError."""
    async with database.granted(NOBODY) as session:
        found = await session.value("discovery/server_created")
    assert isinstance(found, datetime)
    return found


async def eac_formats(database: Database) -> list[Mapping[str, str]]:
    """Return id, name, description and documentation of each. Raises DatabaseAwayError."""
    async with database.granted(NOBODY) as session:
        return [dict(row) for row in await session.fetch("discovery/eac_formats")]
