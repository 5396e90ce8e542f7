"""Makes what the Dockerfile makes, without a Docker engine: the same commands on the same files."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.deployment.files import ROOT, Instruction, copy_context, stages

#: Of one step: it fetches and writes half a gigabyte, perhaps slowly.
STEP_SECONDS = 600
#: Of all steps together.
BUILD_SECONDS = 1500


@dataclass(frozen=True)
class Image:
    """An environment that has what the image has, and nothing else of Python's."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a process in a container of the image is given."""
        return {"PATH": f"{self.folder / 'bin'}:/usr/bin:/bin", "PYTHONUNBUFFERED": "1"}

    @property
    def program(self) -> str:
        """The image's entry point."""
        return str(self.folder / "bin" / "gridfeed")


def build(folder: Path) -> Image:
    """Follow the Dockerfile in an empty folder; raises where a step fails."""
    builder, final = folder / "builder", folder / "image"
    subprocess.run([sys.executable, "-m", "venv", builder], check=True, timeout=STEP_SECONDS)
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", final], check=True, timeout=STEP_SECONDS
    )
    copy_context(folder / "context")
    first, second = stages()
    kept = _kept_wheels()
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(kept)} if kept.exists() else {}
    _follow(first, folder, offline)
    if kept.parent.exists() and not kept.exists():
        shutil.copytree(folder / "wheels", kept, ignore=shutil.ignore_patterns("gridfeed-*"))
    # Not compiled: most of it is never imported here. For pip, 0 is how this is said.
    variables = {"PIP_PYTHON": str(final / "bin" / "python"), "PIP_NO_COMPILE": "0"}
    _follow(second, folder, variables)
    return Image(final)


def _kept_wheels() -> Path:
    """Return where CI keeps the wheels of this very lock; pip compares their hashes each time."""
    cache = os.environ.get("GRIDFEED_CI_CACHE", str(Path.home() / ".cache" / "gridfeed-ci"))
    lock = sha256((ROOT / "requirements-run.lock").read_bytes()).hexdigest()
    return Path(cache) / f"wheels-{lock[:12]}"


def _follow(stage: list[Instruction], folder: Path, variables: dict[str, str]) -> None:
    here = folder
    for instruction in stage:
        if instruction.word == "WORKDIR":
            here = folder / instruction.rest.strip("/")
            here.mkdir(exist_ok=True)
        elif instruction.word == "COPY":
            *sources, target = instruction.rest.split()
            for source in sources:
                _copy(folder / "context" / source, here / target)
        elif instruction.word == "RUN":
            _run(instruction.rest, here, folder, variables)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy(source, target)


def _run(command: str, here: Path, folder: Path, variables: dict[str, str]) -> None:
    command = re.sub(r"--mount=\S+ ", "", command).replace("/wheels", str(folder / "wheels"))
    path = f"{folder / 'builder' / 'bin'}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=here,
        env=os.environ | {"PATH": path} | variables,
        capture_output=True,
        text=True,
        timeout=STEP_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"RUN {command}\n{done.stdout}{done.stderr}"
