"""The tools, and the documents as files for them to read."""

import json
from pathlib import Path

import pytest

from api.discovery.asyncapi.document import document
from gridfeed.settings import Settings
from tests.api.discovery.documented import DOCUMENT
from tests.api.tools.installed import Tools, installed
from tests.conftest import CHOICE


@pytest.fixture(scope="session")
def tools(request: pytest.FixtureRequest) -> Tools:
    """Programs of others; where they cannot be fetched, only CI fails."""
    try:
        return installed()
    except RuntimeError as error:
        say = pytest.fail if request.config.stash[CHOICE].real else pytest.skip
        say(f"linters and generators come from PyPI and npm, and cannot be fetched: {error}")


@pytest.fixture(scope="session")
def openapi(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The OpenAPI document."""
    path = tmp_path_factory.mktemp("openapi") / "openapi.json"
    path.write_text(json.dumps(DOCUMENT), "utf-8")
    return path


@pytest.fixture(scope="session")
def asyncapi(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The AsyncAPI document of an installation with tenants."""
    path = tmp_path_factory.mktemp("asyncapi") / "asyncapi.json"
    made = document(Settings(tenants="acme,apex"), "https://grid.example/feed")
    path.write_text(json.dumps(made), "utf-8")
    return path
