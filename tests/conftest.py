"""Fixtures that give real services. All coroutines of a test process run in one event loop."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from gridfeed.storage.connect import Connection
from gridfeed.zone_rules import use_pinned_rules
from tests import services

#: Folders of tests that see how a broker or a database behaves, and the fixtures of those that do.
#: What a command reads and writes in a database is SQL that every PostgreSQL understands: of those
#: tests one or two a command say so themselves. `verify` asks the API.
BESIDE_SERVICES = {
    "cli": {"kafka"},
    "e2e": {"kafka"},
    "storage": {"database_server"},
    "stream": {"kafka", "database_server"},
    "test_verify.py": set(),
}
# How long an example takes is a matter of the machine.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
CHOICE = pytest.StashKey[services.Choice]()


def pytest_xdist_auto_num_workers() -> int:
    """Say what `-n auto` means: as many processes as there are database servers for."""
    return services.processes(os.environ)


def pytest_configure(config: pytest.Config) -> None:
    """Choose the services before anything runs, on the terms that programs run on."""
    use_pinned_rules()
    services.let_children_hear_signals(os.environ)
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what a broker or a database does, and begin with the files that take long.

    Of the API, a test that is about its SQL says so itself. A long file at the end would keep one
    process busy while the others have nothing left to do.
    """
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        known = [part for part in item.path.parts if part in BESIDE_SERVICES]
        if known and BESIDE_SERVICES[known[-1]] & {*fixtures}:
            item.add_marker(pytest.mark.embedded)


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
async def migrated_template(database_server: str) -> AsyncIterator[str]:
    """Name of a migrated database that is only copied."""
    name = await services.create_template(database_server)
    yield name
    await services.drop_template(database_server, name)


@pytest.fixture
async def database_url(database_server: str, migrated_template: str) -> AsyncIterator[str]:
    """URL of a migrated, empty database of this test alone."""
    name = await services.create_database(database_server, migrated_template)
    yield services.url_of(database_server, name)
    await services.drop_database(database_server, name)


@pytest.fixture(scope="module")
async def module_database_url(database_server: str, migrated_template: str) -> AsyncIterator[str]:
    """URL of a migrated, empty database that the tests of a module share."""
    name = await services.create_database(database_server, migrated_template)
    yield services.url_of(database_server, name)
    await services.drop_database(database_server, name)


@pytest.fixture
async def empty_database_url(database_server: str) -> AsyncIterator[str]:
    """URL of a database that was not migrated."""
    name = await services.create_database(database_server, "template0")
    yield services.url_of(database_server, name)
    await services.drop_database(database_server, name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Connection]:
    """A connection to this test's database."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
def topic_suffix() -> str:
    """A word that makes this test's topics, groups and tenants its own."""
    return services.unique("t")


@pytest.fixture
def topic_prefix(topic_suffix: str) -> str:
    """GRIDFEED_TOPIC_PREFIX of this test: all topics of the contract, for it alone."""
    return f"{topic_suffix}."
