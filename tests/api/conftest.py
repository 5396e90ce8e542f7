"""The application against a real database, driven from plain tests."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.api.application import Application, settings_for
from tests.api.builders import Store
from tests.api.seeded import seed

#: For `make fuzz`: as many requests of each kind as half an hour allows.
LONG = "long"
settings.register_profile(LONG, max_examples=400, stateful_step_count=30)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """What the tests put into the database."""
    with Store(database_url) as store:
        yield store


@pytest.fixture
def feed(store: Store) -> Store:
    """Projects p and q with a meter each; tokens for all, and for p."""
    for name in "pq":
        store.project(name)
        store.meter(f"m{name}", name)
    store.client()
    store.client("T_p", projects=["p"])
    return store


@pytest.fixture
def api(database_url: str) -> Iterator[Application]:
    """The application, ready; its clock stands still until the test moves it."""
    with Application(settings_for(database_url)) as application:
        application.wait_until_ready()
        yield application


@pytest.fixture(scope="module")
def module_store(module_database_url: str) -> Iterator[Store]:
    """What a module puts into a database once that its tests only read."""
    with Store(module_database_url) as store:
        yield store


@pytest.fixture(scope="module")
def module_api(module_database_url: str) -> Iterator[Application]:
    """The application over the database that the tests of a module only read."""
    with Application(settings_for(module_database_url)) as application:
        application.wait_until_ready()
        yield application


@pytest.fixture(scope="module")
def seeded_database_url(module_database_url: str) -> str:
    """URL of a database with the plant of the documentation's examples; only to be read."""
    with Store(module_database_url) as store:
        seed(store)
    return module_database_url
