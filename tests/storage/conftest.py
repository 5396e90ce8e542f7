"""A store of each test's own."""

import pytest

from tests.storage.store import Store


@pytest.fixture
def store(database_url: str) -> Store:
    """An empty, migrated database."""
    return Store(database_url)
