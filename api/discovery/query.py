"""What the public metadata needs of the database."""

from datetime import datetime

from api.discovery.metadata import EacFormat
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


async def eac_formats(database: Database) -> list[EacFormat]:
    """Return the formats of certificates. Raises DatabaseAwayError."""
    async with database.granted(NOBODY) as session:
        return [EacFormat(**dict(row)) for row in await session.fetch("discovery/eac_formats")]
