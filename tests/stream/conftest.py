"""Plants of each test's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gridfeed.kafka.topics import Stream
from gridfeed.settings import Settings
from tests.stream.plant import Plant, planted, settings_of


@pytest.fixture
def settings(kafka: str, database_url: str, topic_prefix: str) -> Settings:
    """Settings of a worker of this test's own, that checkpoints when it is told to."""
    return settings_of(kafka, database_url, topic_prefix)


@pytest.fixture
async def plant(settings: Settings, tmp_path: Path) -> AsyncIterator[Plant]:
    """A partition of telemetry that nobody owns."""
    async with planted(settings, Stream.TELEMETRY, tmp_path) as plant:
        yield plant


@pytest.fixture
async def reads(settings: Settings, tmp_path: Path) -> AsyncIterator[Plant]:
    """A partition of revenue reads that nobody owns."""
    async with planted(settings, Stream.READS, tmp_path) as plant:
        yield plant
