"""Secured services for tests: those of `.ci/services`, since the embedded pair has no TLS."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import services
from tests.secured.brokers import Brokers
from tests.secured.installation import Installation, installed

#: The folder of certificates and ports that `.ci/services start` names.
SECURED = "GRIDFEED_TEST_SECURED"
PLACE = os.environ.get(SECURED, "")
REQUIRED = os.environ.get(services.REQUIRE_REAL, "") not in {"", "0"}


@pytest.fixture(scope="session")
def secured() -> Path:
    """The folder of certificates; its CA signed those of broker and database."""
    if not PLACE:
        say = pytest.fail if REQUIRED else pytest.skip
        say(f"{SECURED} is not set: `.ci/services start` prints it; the embedded pair has no TLS")
    return Path(PLACE)


@pytest.fixture(scope="session")
def brokers(secured: Path, kafka: str) -> Brokers:
    """An Apache Kafka with secured listeners."""
    return Brokers(secured, kafka)


@pytest.fixture
async def installation(
    brokers: Brokers, topic_prefix: str, database_url: str, tmp_path: Path
) -> AsyncIterator[Installation]:
    """Topics, a project and a database of this test's own; nothing runs yet."""
    async with installed(brokers, topic_prefix, database_url, tmp_path) as installation:
        yield installation
