"""A feed of two projects, and what delivers it."""

from collections.abc import AsyncIterator

import pytest

from tests.api.application import Application, settings_for
from tests.api.builders import Store
from tests.api.webhooks.delivery import Delivery
from tests.api.webhooks.receiver import Receiver


@pytest.fixture
async def feed(store: Store) -> Store:
    """Meter m of project p, meter n of project q, and two clients that see both."""
    for meter, project in (("m", "p"), ("n", "q")):
        await store.project(project)
        await store.meter(meter, project)
    await store.client()
    await store.client("other")
    return store


@pytest.fixture
async def delivery(feed: Store, database_url: str) -> AsyncIterator[Delivery]:
    async with Delivery(database_url) as delivery:
        yield delivery


@pytest.fixture
async def hooked(feed: Store, database_url: str) -> AsyncIterator[Application]:
    """An application that delivers to this machine, too."""
    settings = settings_for(database_url, webhook_allow_http=True, webhook_allow_private=True)
    async with Application(settings) as application:
        await application.wait_until_ready()
        yield application


@pytest.fixture
async def receiver(hooked: Application) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.start()
    yield receiver
    await receiver.stop()
