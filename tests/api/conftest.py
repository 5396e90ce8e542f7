"""The application against a real database, driven from plain tests."""

from collections.abc import Iterator

import pytest

from tests.api.application import Application, settings_for
from tests.api.builders import Store


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """What the tests put into the database."""
    with Store(database_url) as store:
        yield store


@pytest.fixture
def api(database_url: str) -> Iterator[Application]:
    """The application, ready; its clock stands still until the test moves it."""
    with Application(settings_for(database_url)) as application:
        application.wait_until_ready()
        yield application
