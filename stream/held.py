"""Finds the transactions that hold up the change feed; every worker warns of them."""

import asyncio
from collections.abc import Sequence

from gridfeed.storage.connect import Pool
from gridfeed.storage.held import Holder, holders
from stream.observe import FEED_HELD
from stream.patience import patiently

#: How often the database is asked for them.
LOOK_SECONDS = 5.0


class Held:
    """The transactions that the feed waits for, at the last look."""

    def __init__(self) -> None:
        """Start with no transactions."""
        self._holders: Sequence[Holder] = ()

    async def watch_for_ever(self, pool: Pool) -> None:
        """Look for such transactions until cancelled."""

        async def look() -> None:
            async with pool.acquire() as connection:
                self._holders = await holders(connection)

        while True:
            await patiently(look)
            FEED_HELD.set(max((each.seconds for each in self._holders), default=0))
            await asyncio.sleep(LOOK_SECONDS)

    def warnings(self) -> list[str]:
        """Return a sentence for each transaction. None of them keeps a worker from working."""
        return [each.warning for each in self._holders]
