"""The Faust app over the batch transport."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import faust
from faust.types import Message

from stream.batch_transport import BatchTransport


class BatchSchema(faust.Schema):
    """Passes the batch through unchanged."""

    def loads_key(self, _app: faust.App, _message: Message, **_options: Any) -> Any:
        """Return no key: each record of a batch has its own."""
        return None

    def loads_value(self, _app: faust.App, message: Message, **_options: Any) -> Any:
        """Return the batch."""
        return message.value


async def _nothing() -> None:
    """Open or close nothing."""


class BatchApp(faust.App):
    """A Faust app whose consumer reads batches; it opens and closes the resources of its agents."""

    #: Faust logs the state of its services under this name.
    logger = logging.getLogger("faust.app.batch")
    #: Awaited before the consumer starts.
    opening: Callable[[], Awaitable[None]] = staticmethod(_nothing)
    #: Awaited before the consumer leaves the group, while it still owns the partitions.
    closing: Callable[[], Awaitable[None]] = staticmethod(_nothing)

    async def on_start(self) -> None:
        """Open the resources of the agents."""
        await super().on_start()
        await self.opening()

    async def on_stop(self) -> None:
        """Close the resources of the agents, then leave the group."""
        await self.closing()
        await super().on_stop()

    def _new_transport(self) -> BatchTransport:
        return BatchTransport(self.conf.broker_consumer, self)

    def _new_consumer_transport(self) -> BatchTransport:
        return BatchTransport(self.conf.broker_consumer, self)
