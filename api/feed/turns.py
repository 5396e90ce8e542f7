"""Those who are far behind catch up one after another, in what those who are not leave."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from api.feed.events import Batch
from api.feed.reader import Reader


class Turns:
    """One reader at a time has the turn; then nobody has it for as long as it took.

    yields: tells whether there is anybody whom a pause between two turns serves.
    """

    def __init__(self, yields: Callable[[], bool]) -> None:
        """Begin with nobody."""
        self._yields = yields
        self._taken = False
        self._queue: OrderedDict[Reader, None] = OrderedDict()

    @asynccontextmanager
    async def one(self, reader: Reader, seconds: float) -> AsyncIterator[bool]:
        """Wait for the turn and hold it; False: the reader was closed, or waited so long."""
        if not await self._come(reader, seconds):
            yield False
            return
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            yield True
        finally:
            pause = loop.time() - begun if self._yields() else 0.0
            loop.call_later(pause, self._pass_on)

    def dismiss(self) -> None:
        """Close all who wait: this process stops."""
        for reader in self._queue:
            reader.close()

    async def _come(self, reader: Reader, seconds: float) -> bool:
        if not self._taken:
            self._taken = True
            return True
        self._queue[reader] = None
        try:
            await reader.wait(seconds, lambda: reader.position)
        except asyncio.CancelledError:
            if reader not in self._queue:
                self._pass_on()
            raise
        else:
            return reader not in self._queue
        finally:
            self._queue.pop(reader, None)

    def _pass_on(self) -> None:
        if self._queue:
            reader, _ = self._queue.popitem(last=False)
            reader.wake(Batch(reader.position))
        else:
            self._taken = False
