"""Which code, schema and time zone rules explain: what a number was checked with."""

from typing import Annotated

import gridfeed
from api.reading.session import Session
from api.web.shapes import Shape, means
from gridfeed import zone_rules


class CodeVersions(Shape):
    """The versions of the code that made an explanation."""

    gridfeed: Annotated[str, means("version of the program")]
    schema: Annotated[int, means("newest migration of the database")]
    tzdata: Annotated[str, means("release of the time zone rules")]


async def code_version(session: Session) -> CodeVersions:
    """Return the versions of the program, of the database's schema and of the time zone rules."""
    schema = await session.value("lineage/lineage_schema")
    assert isinstance(schema, int)
    return CodeVersions(gridfeed.__version__, schema, zone_rules.release())
