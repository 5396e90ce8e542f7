"""What holds the change feed up: every worker warns of it."""

import asyncio
from collections.abc import Sequence

from gridfeed.storage.connect import Pool
from gridfeed.storage.held import Holder, holders
from stream.observe import FEED_HELD
from stream.patience import patiently

#: How often it is looked up.
LOOK_SECONDS = 5.0


class Held:
    """Knows which transactions the feed waits for, as of the last look."""

    def __init__(self) -> None:
        """Know of none."""
        self._holders: Sequence[Holder] = ()

    async def watch_for_ever(self, pool: Pool) -> None:
        """Look them up until cancelled."""

        async def look() -> None:
            async with pool.acquire() as connection:
                self._holders = await holders(connection)

        while True:
            await patiently(look)
            FEED_HELD.set(max((each.seconds for each in self._holders), default=0))
            await asyncio.sleep(LOOK_SECONDS)

    def warnings(self) -> list[str]:
        """Return a sentence for each: it keeps no worker from working."""
        return [each.warning for each in self._holders]
