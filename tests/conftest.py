"""Fixtures that give real services. None of them is async: tests call `asyncio.run` themselves."""

import asyncio
import os
from collections.abc import Iterator

import pytest

from tests import services

CHOICE = pytest.StashKey[services.Choice]()


def pytest_xdist_auto_num_workers() -> int:
    """Say what `-n auto` means: as many processes as there are database servers for."""
    return services.processes(os.environ)


def pytest_configure(config: pytest.Config) -> None:
    """Choose the services before anything runs."""
    services.assert_enough(os.environ, config.getoption("numprocesses", None) or 0)
    config.stash[CHOICE] = services.choose(os.environ)


def pytest_report_header(config: pytest.Config) -> str:
    """Say which services are in use."""
    choice = config.stash[CHOICE]
    return f"services: Kafka {choice.kafka}, database {choice.database}"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Refuse to run where real services are required and are not."""
    choice = session.config.stash[CHOICE]
    if choice.real:
        asyncio.run(services.assert_real(choice))


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every GRIDFEED_* variable away."""
    for name in [name for name in os.environ if name.startswith("GRIDFEED_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def kafka(request: pytest.FixtureRequest) -> Iterator[str]:
    """Bootstrap address of a Kafka that the whole session shares."""
    with services.running_kafka(request.config.stash[CHOICE]) as bootstrap:
        yield bootstrap


@pytest.fixture(scope="session")
def database_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """Superuser's URL on a database server that the whole session shares."""
    with services.running_database(request.config.stash[CHOICE]) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_template(database_server: str) -> Iterator[str]:
    """Name of a migrated database that is only copied."""
    name = asyncio.run(services.create_template(database_server))
    yield name
    asyncio.run(services.drop_template(database_server, name))


@pytest.fixture
def database_url(database_server: str, migrated_template: str) -> Iterator[str]:
    """URL of a migrated, empty database of this test alone."""
    name = asyncio.run(services.create_database(database_server, migrated_template))
    yield services.url_of(database_server, name)
    asyncio.run(services.drop_database(database_server, name))


@pytest.fixture
def topic_suffix() -> str:
    """A word that makes this test's topics, groups and tenants its own."""
    return services.unique("t")


@pytest.fixture
def topic_prefix(topic_suffix: str) -> str:
    """GRIDFEED_TOPIC_PREFIX of this test: all topics of the contract, for it alone."""
    return f"{topic_suffix}."
