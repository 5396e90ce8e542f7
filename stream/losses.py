"""Finds the losses that nobody has acknowledged; every worker warns of all of them."""

import asyncio
from collections.abc import Sequence

from gridfeed.storage.connect import Pool
from gridfeed.storage.lost import LostStretch, lost_stretches
from stream.observe import LOSSES
from stream.patience import patiently

#: How often the database is asked for them.
LOOK_SECONDS = 5.0


class Losses:
    """The unacknowledged losses, at the last look."""

    def __init__(self) -> None:
        """Start without losses."""
        self._stretches: Sequence[LostStretch] = ()

    async def watch_for_ever(self, pool: Pool) -> None:
        """Look for unacknowledged losses until cancelled."""

        async def look() -> None:
            async with pool.acquire() as connection:
                self._stretches = await lost_stretches(connection, acknowledged=False)

        while True:
            await patiently(look)
            LOSSES.set(len(self._stretches))
            await asyncio.sleep(LOOK_SECONDS)

    def warnings(self) -> list[str]:
        """Return a sentence if anything was lost. A loss keeps no worker from working."""
        if not self._stretches:
            return []
        count = sum(each.offsets for each in self._stretches)
        newest = self._stretches[-1]
        said = (
            f"up to {count} messages were deleted before they were handled, most recently in"
            f" {newest.topic}[{newest.kafka_partition}], noticed at"
            f" {newest.noticed_at:%Y-%m-%dT%H:%M:%SZ}; see `gridfeed losses`"
        )
        return [said]
