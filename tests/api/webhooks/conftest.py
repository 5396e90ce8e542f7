"""A feed of two projects, and what delivers it."""

from collections.abc import Iterator

import pytest

from tests.api.application import Application, settings_for
from tests.api.builders import Store
from tests.api.webhooks.delivery import Delivery
from tests.api.webhooks.receiver import Receiver


@pytest.fixture
def feed(store: Store) -> Store:
    """Meter m of project p, meter n of project q, and two clients that see both."""
    for meter, project in (("m", "p"), ("n", "q")):
        store.project(project)
        store.meter(meter, project)
    store.client()
    store.client("other")
    return store


@pytest.fixture
def delivery(feed: Store, database_url: str) -> Iterator[Delivery]:
    with Delivery(database_url) as delivery:
        yield delivery


@pytest.fixture
def hooked(feed: Store, database_url: str) -> Iterator[Application]:
    """An application that delivers to this machine, too."""
    settings = settings_for(database_url, webhook_allow_http=True, webhook_allow_private=True)
    with Application(settings) as application:
        application.wait_until_ready()
        yield application


@pytest.fixture
def receiver(hooked: Application) -> Iterator[Receiver]:
    receiver = Receiver()
    hooked.run(receiver.start())
    yield receiver
    hooked.run(receiver.stop())
