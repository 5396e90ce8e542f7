"""The files for Docker and Kubernetes as tests read them."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pathspec
import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
DOCKERFILE = ROOT / "Dockerfile"
K8S = ROOT / "k8s"
OVERLAYS = sorted(path.parent for path in (K8S / "overlays").glob("*/kustomization.yaml"))


@dataclass(frozen=True)
class Instruction:
    """One instruction of the Dockerfile: its word in capitals and the rest on one line."""

    word: str
    rest: str


def compose_services() -> dict[str, dict[str, Any]]:
    """Return the services of the compose file."""
    document = yaml.safe_load(COMPOSE.read_text("utf-8"))
    return dict(document["services"])


def stages() -> list[list[Instruction]]:
    """Return the Dockerfile's stages, each from its FROM on."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text("utf-8"), flags=re.MULTILINE)
    found: list[list[Instruction]] = []
    for line in text.replace("\\\n", " ").splitlines():
        if not line.strip():
            continue
        word, rest = line.split(maxsplit=1)
        if word == "FROM":
            found.append([])
        found[-1].append(Instruction(word, rest))
    return found


def copy_context(folder: Path) -> None:
    """Copy what .dockerignore lets into the image's build."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    # Docker's patterns begin at the root; Git's do with a slash.
    rooted = [re.sub(r"^(!?)", r"\1/", line) for line in lines if line.strip()]
    ignored = pathspec.GitIgnoreSpec.from_lines(rooted)
    for name in _names():
        if not ignored.match_file(name):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def _names() -> Iterator[str]:
    for place, folders, names in os.walk(ROOT):
        folders[:] = [each for each in folders if each not in {".git", ".venv"}]
        for name in names:
            yield str((Path(place) / name).relative_to(ROOT))
