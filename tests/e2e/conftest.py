"""Installations for tests of the whole path."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests import services
from tests.e2e.system import System, installed

FLEET = """
projects:
  - id: delta
    timezone: America/Denver
    interval_seconds: 300
    contract: {type: PPA, rule: "40%", start: 2020-01-01, end: 2030-01-01}
    meters:
      - {number: delta-1, capacity_kw: 100}
      - {number: delta-2, capacity_kw: 100, hold_limit_seconds: 7200}
      - {number: delta-3, capacity_kw: 100, integration: linear, hold_limit_seconds: 900}
"""


@asynccontextmanager
async def installation(
    kafka: str, server: str, template: str, directory: Path
) -> AsyncIterator[System]:
    """Give topics, a group and a database that nobody else uses."""
    database = await services.create_database(server, template)
    prefix = services.unique("t") + "."
    environment = {
        "GRIDFEED_KAFKA_BOOTSTRAP": kafka,
        "GRIDFEED_DATABASE_URL": services.url_of(server, database),
        "GRIDFEED_TOPIC_PREFIX": prefix,
        "GRIDFEED_KAFKA_GROUP": f"{prefix}group",
        "GRIDFEED_TOPIC_PARTITIONS": "2",
        "GRIDFEED_TENANTS": "acme",
        "GRIDFEED_KAFKA_SESSION_SECONDS": "6",
        "GRIDFEED_PUBLISH_SECONDS": "0.2",
        "GRIDFEED_CHECKPOINT_SECONDS": "1",
        "GRIDFEED_GRACE_SECONDS": "2",
    }
    async with installed(environment, directory) as system:
        yield system
    await services.drop_database(server, database)


@pytest.fixture
async def system(
    kafka: str, database_server: str, migrated_template: str, tmp_path: Path
) -> AsyncIterator[System]:
    """An installation of this test's own; nothing runs yet."""
    async with installation(kafka, database_server, migrated_template, tmp_path) as system:
        yield system


@pytest.fixture(scope="module")
async def running(
    kafka: str,
    database_server: str,
    migrated_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[System]:
    """An installation with a worker and the fleet, shared by the tests of a module."""
    directory = tmp_path_factory.mktemp("running")
    async with installation(kafka, database_server, migrated_template, directory) as system:
        system.run("projects", "apply", "-", given=FLEET)
        system.start("worker")
        yield system
