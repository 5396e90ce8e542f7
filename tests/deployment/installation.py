"""The services of the compose file, each started as the image starts it, on this machine."""

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.deployment.files import compose_services
from tests.deployment.image import Image

PATIENCE_SECONDS = 60


@dataclass
class Installation:
    """Commands of the image with the settings of the compose file.

    settings: GRIDFEED_* that are of this machine, in place of the compose file's.
    """

    image: Image
    settings: dict[str, str]
    folder: Path
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def environment(self, service: str) -> dict[str, str]:
        """Return what a service's process is given."""
        written = compose_services()[service]["environment"]
        values = {name: _filled_in(value) for name, value in written.items()}
        return values | self.settings | self.image.environment

    def run(self, service: str) -> str:
        """Run a service that ends; return what it prints."""
        done = subprocess.run(
            [self.image.program, *compose_services()[service]["command"]],
            env=self.environment(service),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, service: str, *ports: tuple[str, str]) -> None:
        """Start a service that stays, and wait until the compose file's own check finds it well.

        ports: those of the check, and where they are here.
        """
        described = compose_services()[service]
        with (self.folder / f"{service}.log").open("wb") as log:
            process = subprocess.Popen(
                [self.image.program, *described["command"]],
                env=self.environment(service),
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)
        check = " ".join(described["healthcheck"]["test"][3:])
        for written, here in ports:
            check = check.replace(written, here)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._is_well(check):
            said = (self.folder / f"{service}.log").read_text("utf-8")
            assert process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.2)

    def _is_well(self, check: str) -> bool:
        python = self.image.folder / "bin" / "python"
        asked = subprocess.run([python, "-c", check], capture_output=True, timeout=20, check=False)
        return asked.returncode == 0


@contextmanager
def installed(image: Image, settings: dict[str, str], folder: Path) -> Iterator[Installation]:
    """Give an installation; what it started ends with it, as a container does."""
    made = Installation(image, settings, folder)
    try:
        yield made
    finally:
        for process in made.processes:
            process.terminate()
        for process in made.processes:
            process.wait(PATIENCE_SECONDS)


def _filled_in(value: Any) -> str:
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value))
