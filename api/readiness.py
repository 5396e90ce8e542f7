"""What /readyz says, found once for all who ask at the same time."""

import asyncio
from dataclasses import dataclass

from api.query.database import Database


@dataclass(frozen=True, slots=True)
class Found:
    """missing: why the API cannot answer. warnings: what is wrong although it can."""

    missing: tuple[str, ...]
    warnings: tuple[str, ...]


class Readiness:
    """Looks at the database, once at a time.

    /readyz needs no token, and its connection is the one that tokens are looked up with: whoever
    asks however often keeps nobody else waiting for it.
    """

    def __init__(self, database: Database) -> None:
        """Nobody has asked yet."""
        self._database = database
        self._looking: asyncio.Task[Found] | None = None

    async def found(self) -> Found:
        """Return what is found now, or what somebody else is about to find."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(), name="look whether it is ready")
        return await asyncio.shield(self._looking)

    async def _look(self) -> Found:
        missing = await self._database.missing()
        warnings = [] if missing else await self._database.warnings()
        return Found(tuple(missing), tuple(warnings))
