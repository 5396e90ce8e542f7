"""The application against a real database, in the event loop of the tests."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import settings

from tests.api.application import Application, settings_for
from tests.api.builders import Store
from tests.api.seeded import seed

#: For `make fuzz`: as many requests of each kind as half an hour allows.
LONG = "long"
settings.register_profile(LONG, max_examples=400, stateful_step_count=30)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """What the tests put into the database."""
    async with Store(database_url) as store:
        yield store


@pytest.fixture
async def feed(store: Store) -> Store:
    """Projects p and q with a meter each; tokens for all, and for p."""
    for name in "pq":
        await store.project(name)
        await store.meter(f"m{name}", name)
    await store.client()
    await store.client("T_p", projects=["p"])
    return store


@pytest.fixture
async def api(database_url: str) -> AsyncIterator[Application]:
    """The application, ready; its clock stands still until the test moves it."""
    async with Application(settings_for(database_url)) as application:
        await application.wait_until_ready()
        yield application


@pytest.fixture(scope="module")
async def module_store(module_database_url: str) -> AsyncIterator[Store]:
    """What a module puts into a database once that its tests only read."""
    async with Store(module_database_url) as store:
        yield store


@pytest.fixture(scope="module")
async def module_api(module_database_url: str) -> AsyncIterator[Application]:
    """The application over the database that the tests of a module only read."""
    async with Application(settings_for(module_database_url)) as application:
        await application.wait_until_ready()
        yield application


@pytest.fixture(scope="module")
async def plain(module_store: Store, module_api: Application) -> Application:
    """The application over a project with a meter and no values, for tests that only read."""
    await module_store.project()
    await module_store.meter()
    await module_store.client()
    return module_api


@pytest.fixture(scope="module")
async def seeded_database_url(module_database_url: str) -> str:
    """URL of a database with the plant of the documentation's examples; only to be read."""
    async with Store(module_database_url) as store:
        await seed(store)
    return module_database_url
