"""Which code, schema and time zone rules explain: what a number was checked with."""

import gridfeed
from api.reading.session import Session
from gridfeed import zone_rules


async def code_version(session: Session) -> dict[str, object]:
    """Return the versions of the program, of the database's schema and of the time zone rules."""
    return {
        "gridfeed": gridfeed.__version__,
        "schema": await session.value("lineage/lineage_schema"),
        "tzdata": zone_rules.release(),
    }
