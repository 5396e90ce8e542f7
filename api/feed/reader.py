"""One who follows the feed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from api.feed.audience import Audience
from api.feed.events import Batch
from gridfeed.domain.published.feed_position import Position


@dataclass(eq=False, slots=True)
class Reader:
    """One who follows the feed: sees what is behind `position`, which it moves itself."""

    audience: Audience
    position: Position
    closing: bool = False
    _waiting: "asyncio.Future[Batch] | None" = field(default=None, init=False)

    def wake(self, batch: Batch) -> None:
        """End its waiting, if it waits."""
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(batch)

    def close(self) -> None:
        """Let `Hub.next` return at once, now and ever after."""
        self.closing = True
        self.wake(Batch(self.position))

    async def wait(self, seconds: float, where: Callable[[], Position]) -> Batch:
        """Wait until woken; after so long an empty batch that ends `where` it stands then."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Batch] = loop.create_future()
        self._waiting = future
        timer = loop.call_later(seconds, lambda: self.wake(Batch(where())))
        try:
            return await future
        finally:
            timer.cancel()
            self._waiting = None
