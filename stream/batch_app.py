"""The Faust app over the batch transport."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import faust
from faust.types import Message

from stream.batch_transport import BatchTransport


class BatchSchema(faust.Schema):
    """Hands the batch through as it is."""

    def loads_key(self, _app: faust.App, _message: Message, **_options: Any) -> Any:
        """Return no key: the records of a batch have their own."""
        return None

    def loads_value(self, _app: faust.App, message: Message, **_options: Any) -> Any:
        """Return the batch."""
        return message.value


async def _nothing() -> None:
    """Open or close nothing."""


class BatchApp(faust.App):
    """A Faust app whose consumer reads batches, and that opens and closes what its agents use."""

    #: Faust tells of its services; those are lines of Faust.
    logger = logging.getLogger("faust.app.batch")
    #: Awaited before the consumer starts.
    opening: Callable[[], Awaitable[None]] = staticmethod(_nothing)
    #: Awaited while the partitions are still owned, before the consumer leaves the group.
    closing: Callable[[], Awaitable[None]] = staticmethod(_nothing)

    async def on_start(self) -> None:
        """Open what the agents use."""
        await super().on_start()
        await self.opening()

    async def on_stop(self) -> None:
        """Close what the agents used, then leave the group."""
        await self.closing()
        await super().on_stop()

    def _new_transport(self) -> BatchTransport:
        return BatchTransport(self.conf.broker_consumer, self)

    def _new_consumer_transport(self) -> BatchTransport:
        return BatchTransport(self.conf.broker_consumer, self)
