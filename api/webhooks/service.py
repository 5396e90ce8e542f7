"""Webhooks in an API process: what the routes use, and the delivery beside them."""

import asyncio
import os
import random
import secrets
import socket
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic

from prometheus_client import CollectorRegistry

from api.feed.shared import SharedFeed
from api.reading.session import Grant
from api.webhooks.address import Resolve, Rule, SystemResolver
from api.webhooks.claims import Claims
from api.webhooks.dispatcher import Dispatcher, Means
from api.webhooks.metrics import WebhookMetrics
from api.webhooks.own import OwnWebhooks
from api.webhooks.pool import PusherPool
from api.webhooks.send import Sender
from gridfeed import clock
from gridfeed.settings import Settings


class Webhooks:
    """The subscriptions of every client, and the task that delivers to them."""

    def __init__(self, settings: Settings, feed: SharedFeed, registry: CollectorRegistry) -> None:
        """Nothing runs yet; `open` starts."""
        self._settings = settings
        self._pool = PusherPool(settings)
        self._resolver = SystemResolver()
        self.rule = Rule.of(settings)
        self.sender = Sender(self.rule, self.resolve, settings.webhook_timeout_seconds, monotonic)
        claims = Claims(self._pool, _own_name(), lease(settings))
        metrics = WebhookMetrics(registry)
        # Chance spreads retries; nobody gains by guessing it.
        means = Means(claims, feed, self.sender, metrics, clock.now, random.random)
        self._dispatcher = Dispatcher(means, settings.webhook_concurrency)
        self._running: asyncio.Task[None] | None = None

    @property
    def resolve(self) -> Resolve:
        """Return what resolves a host."""
        return self._resolver

    def now(self) -> datetime:
        """Return the current instant."""
        return clock.now()

    def own(self, grant: Grant) -> OwnWebhooks:
        """Return the subscriptions of one client."""
        return OwnWebhooks(self._pool, grant.client_id)

    def open(self) -> None:
        """Begin to deliver, unless GRIDFEED_WEBHOOK_DISPATCH says that other processes do."""
        if self._settings.webhook_dispatch:
            self._running = asyncio.create_task(self._dispatcher.run(), name="deliver webhooks")

    async def close(self) -> None:
        """Stop delivering and give back what is in hand."""
        if self._running:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
            await self._dispatcher.close()
        self._resolver.close()
        await self._pool.close()


def lease(settings: Settings) -> timedelta:
    """Return how long a process may have a subscription in hand: longer than any attempt takes."""
    return timedelta(seconds=2 * settings.webhook_timeout_seconds + 5)


def _own_name() -> str:
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
