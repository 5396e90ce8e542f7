"""One installation per test, as `gridfeed doctor` finds it: topics of its own, an own database."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from cli.doctor.check import Check
from cli.doctor.every import check_all
from gridfeed.kafka.topic_admin import create_missing
from gridfeed.settings import Settings


@pytest.fixture
def bare(kafka: str, topic_suffix: str, database_url: str) -> Settings:
    """Settings of an installation that has a migrated database and no topics yet."""
    return Settings(
        kafka_bootstrap=kafka,
        kafka_group=topic_suffix,
        topic_prefix=f"{topic_suffix}.",
        topic_partitions=2,
        database_url=database_url,  # type: ignore[arg-type]
    )


@pytest.fixture
async def settings(bare: Settings) -> Settings:
    """Settings of an installation with its topics made and its database migrated."""
    await create_missing(bare)
    return bare


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A superuser's connection to the test's database."""
    opened = await asyncpg.connect(database_url)
    yield opened
    await opened.close()


async def checked(settings: Settings) -> dict[str, Check]:
    """Return what doctor sees, by name without the topics' prefix."""
    return {
        each.name.replace(settings.topic_prefix, ""): each for each in await check_all(settings)
    }
