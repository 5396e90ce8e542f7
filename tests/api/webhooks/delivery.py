"""Subscriptions and dispatchers with a clock that the test moves, in one event loop."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from time import monotonic
from typing import Self

import asyncpg
from prometheus_client import CollectorRegistry

from api.feed.shared import SharedFeed
from api.webhooks.address import Rule, SystemResolver
from api.webhooks.claims import Claims
from api.webhooks.dispatcher import Dispatcher, Means
from api.webhooks.message import shown_secret
from api.webhooks.metrics import WebhookMetrics
from api.webhooks.own import Chosen, OwnWebhooks
from api.webhooks.pool import PusherPool
from api.webhooks.send import Sender
from api.webhooks.shapes import Attempt, Filters, Subscription
from gridfeed import clock
from gridfeed.domain.published.feed_position import START, Position
from tests.api.application import settings_for
from tests.api.builders import Store
from tests.api.webhooks.receiver import Receiver

TOTAL_SECONDS = 4.0
LEASE = timedelta(seconds=20)
HERE = Rule(allow_http=True, allow_private=True)


class Delivery:
    """`now` is the dispatchers' clock, `chance` their chance; one receiver answers."""

    def __init__(self, database_url: str) -> None:
        self.database_url = database_url
        self.now = clock.now()
        self.chance = 0.0
        self.receiver = Receiver()
        self.registry = CollectorRegistry()
        self._resolver = SystemResolver()
        self._dispatchers: list[tuple[Dispatcher, SharedFeed]] = []

    async def __aenter__(self) -> Self:
        await self.receiver.start()
        self._reader = await asyncpg.create_pool(self.database_url, min_size=0, max_size=12)
        self.pool = PusherPool(settings_for(self.database_url))
        self.dispatcher = self.another()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.receiver.stop()
        for dispatcher, feed in self._dispatchers:
            await dispatcher.close()
            await feed.close()
        self._resolver.close()
        await self.pool.close()
        await self._reader.close()

    def another(self, total_seconds: float = TOTAL_SECONDS) -> Dispatcher:
        """A dispatcher as a process of its own has it; total_seconds: of one attempt."""
        feed = SharedFeed(self._reader.acquire, 0.01, lambda _page: None)
        first = not self._dispatchers
        means = Means(
            Claims(self.pool, f"process {len(self._dispatchers)}", LEASE),
            feed,
            Sender(HERE, self._resolver, total_seconds, monotonic),
            WebhookMetrics(self.registry if first else CollectorRegistry()),
            lambda: self.now,
            lambda: self.chance,
        )
        dispatcher = Dispatcher(means, 64)
        feed.open()
        self._dispatchers.append((dispatcher, feed))
        return dispatcher

    def own(self, client_id: int = 1) -> OwnWebhooks:
        return OwnWebhooks(self.pool, client_id)

    async def subscribe(
        self, path: str = "hook", *, client_id: int = 1, after: Position = START,
        values: bool = False, coalesced: bool = False, **filters: Sequence[str],
    ) -> tuple[str, str]:  # fmt: skip
        """A subscription of a path of the receiver; return its id and its secret."""
        url = f"http://127.0.0.1:{self.receiver.port}/{path}"
        chosen = Chosen(
            url, Filters(**{k: tuple(v) for k, v in filters.items()}), values, coalesced
        )
        webhook_id, secret = await self.own(client_id).create(chosen, after, self.now)
        return webhook_id, shown_secret(secret)

    async def newest(self) -> Position:
        """Up to where the feed goes."""
        return await self._dispatchers[0][1].newest()

    async def one(self, webhook_id: str, client_id: int = 1) -> Subscription:
        found = await self.own(client_id).one(webhook_id, self.now)
        assert found is not None
        return found

    async def attempts(self, webhook_id: str) -> list[Attempt]:
        """The delivery log, oldest first."""
        return (await self.own().attempts(webhook_id, None, 1000))[::-1]

    async def round(self, *dispatchers: Dispatcher, times: int = 1) -> None:
        """Deliver what is due, once or several times over."""

        async def once(dispatcher: Dispatcher) -> None:
            await dispatcher.round()
            await dispatcher.settled()

        for _ in range(times):
            await self._caught_up()
            await asyncio.gather(*map(once, dispatchers or (self.dispatcher,)))

    async def _caught_up(self) -> None:
        """Let every feed that is followed read to the feed's end."""
        for _, feed in self._dispatchers:
            newest = await feed.newest()
            while feed.head is not None and feed.head < newest:  # noqa: ASYNC110 - it polls
                await asyncio.sleep(0.01)


async def change(feed: Store, *days: int, **columns: object) -> None:
    """A change of each day of March, and the feed may be read to its end."""
    for day in days:
        await feed.change(f"2026-03-{day:02}", **columns)
    await feed.settle()
