"""How long the storm is, and services that it may kill."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests import services
from tests.conftest import CHOICE
from tests.e2e.conftest import installation
from tests.e2e.system import System
from tests.faults.cluster import Cluster
from tests.faults.storm import LONG, SHORT, Profile


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `make faults` gives; where real services are required, the short one runs."""
    group = parser.getgroup("faults", "kills of every process, under load")
    group.addoption("--faults", choices=["short", "long"])
    group.addoption("--faults-seed", type=int, default=20261129)


@pytest.fixture
def profile(pytestconfig: pytest.Config) -> Profile:
    """How many kills of each kind."""
    return LONG if pytestconfig.getoption("--faults") == "long" else SHORT


@pytest.fixture
def seed(pytestconfig: pytest.Config) -> int:
    """What decides the order and the moments of kills."""
    found: int = pytestconfig.getoption("--faults-seed")
    return found


@pytest.fixture
def cluster(pytestconfig: pytest.Config) -> Iterator[Cluster]:
    """Apache Kafka and TimescaleDB that nobody else uses."""
    if not (pytestconfig.stash[CHOICE].real or pytestconfig.getoption("--faults")):
        pytest.skip("starts Apache Kafka and TimescaleDB of its own: make faults")
    with TemporaryDirectory(prefix="gridfeed-faults-") as folder:
        cluster = Cluster(Path(folder) / "run")
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()


@pytest.fixture
async def stormy(cluster: Cluster, tmp_path: Path) -> AsyncIterator[System]:
    """An installation on those services; nothing runs yet."""
    template = await services.create_template(cluster.database)
    async with installation(cluster.kafka, cluster.database, template, tmp_path) as system:
        yield system
