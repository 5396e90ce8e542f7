"""Programs that check manifests, and what the Dockerfile makes."""

import subprocess
from pathlib import Path

import pytest

from tests.conftest import CHOICE
from tests.deployment.files import ROOT
from tests.deployment.image import Image, build
from tests.deployment.schemas import write_schemas


@pytest.fixture(scope="session")
def programs(request: pytest.FixtureRequest) -> Path:
    """Folder of kustomize, kubeconform, kube-score and compose."""
    found = subprocess.run(
        [ROOT / ".ci/manifests/programs", "find"], capture_output=True, text=True, check=False
    )
    if found.returncode != 0:
        say = pytest.fail if request.config.stash[CHOICE].real else pytest.skip
        say(f"the programs that check manifests are {found.stderr.removeprefix('error: ')}")
    return Path(found.stdout.strip())


@pytest.fixture(scope="session")
def schemas(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of what kubeconform knows of each kind of object."""
    folder = tmp_path_factory.mktemp("schemas")
    write_schemas(programs, folder)
    return folder


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """What the Dockerfile makes."""
    return build(tmp_path_factory.mktemp("image"))
