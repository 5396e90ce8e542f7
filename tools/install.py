#!/usr/bin/env python3
"""Installs what a lock file holds, and this project, into .venv; says what it does meanwhile.

    python3 tools/install.py requirements-run.lock

Needs Python 3.11+ and a package index; pip checks each file against its hash. What is there already
stays. Makefile calls it.
"""

import os
import re
import subprocess
import sys
import time
from collections import deque
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - what it is about
    sys.exit("Gridfeed needs Python 3.11 or newer: make PYTHON=python3.11")

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
#: Megabytes to download at most, and then in .venv; tests compare them with what is installed.
SIZES = {"requirements-run.lock": (160, 560), "requirements.lock": (420, 1050)}
QUIETLY = ("--disable-pip-version-check", "--no-input")
#: Where no terminal shows the line that moves, one is printed so often.
SECONDS = 10.0
_UNITS = {"kB": 0.001, "MB": 1.0, "GB": 1000.0}


class InstallError(Exception):
    """What is missing, and what to do."""


def main(lock: Path) -> None:
    """Install. Raises InstallError."""
    begun = time.monotonic()
    # Some have several versions there, each for other versions of Python.
    names = {*re.findall(r"^([\w.-]+)==", lock.read_text("utf-8"), re.MULTILINE)}
    download, on_disk = SIZES[lock.name]
    say(
        f"installing {len(names)} packages of {lock.name} into {VENV.relative_to(ROOT)}:"
        f" at most {download} MB to download, {on_disk} MB on disk"
    )
    make_venv()
    pip("--require-hashes", "-r", str(lock), progress=Progress(len(names)))
    pip("--no-deps", "--no-build-isolation", "-e", str(ROOT))
    say(f"installed in {time.monotonic() - begun:.0f} s; .venv has {megabytes(VENV):.0f} MB")


def make_venv() -> None:
    """Create .venv, or bring it to this Python."""
    made = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        text = made.stdout + made.stderr
        advice = "On Debian: apt-get install python3-venv" if "ensurepip" in text else ""
        raise InstallError(f"{text.strip()}\n{advice}".strip())


class Progress:
    """How far pip is: what it collects, what that weighs; one line that moves on a terminal."""

    def __init__(self, total: int) -> None:
        """`total`: packages."""
        self._total, self._moves = total, sys.stderr.isatty()
        self._seen, self._megabytes, self._said_at = 0, 0.0, time.monotonic()

    def hear(self, line: str) -> None:
        """Take a line of pip's."""
        if name := re.match(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)", line):
            self._seen += 1
            self._show(name[1])
        elif size := re.search(r"Downloading (\S+) \(([\d.]+) (kB|MB|GB)\)", line):
            self._megabytes += float(size[2]) * _UNITS[size[3]]
            self._show(f"{size[1].rpartition('/')[2].split('-')[0]}, {size[2]} {size[3]}")
        elif line.startswith("Installing collected packages"):
            self._show("writing them to .venv", now=True)

    def _show(self, what: str, *, now: bool = False) -> None:
        text = f"{self._seen} of {self._total} packages, {self._megabytes:.0f} MB: {what}"
        if self._moves:
            sys.stderr.write(f"\r\x1b[2K{text[:78]}")
            sys.stderr.flush()
        elif now or time.monotonic() - self._said_at >= SECONDS:
            self._said_at = time.monotonic()
            say(text)

    def end(self) -> None:
        """Leave the line that moves."""
        if self._moves:
            sys.stderr.write("\r\x1b[2K")


def pip(*arguments: str, progress: Progress | None = None) -> None:
    """Run pip of .venv; where it fails, raise InstallError with its last lines."""
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", *QUIETLY, *arguments]
    last: deque[str] = deque(maxlen=15)
    with subprocess.Popen(  # noqa: S603 - our own command line
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout
        for line in process.stdout:
            last.append(line)
            if progress:
                progress.hear(line.strip())
    if progress:
        progress.end()
    if process.returncode:
        raise InstallError("pip failed:\n" + "".join(last).rstrip())


def megabytes(folder: Path) -> float:
    """Return what the files below a folder take."""
    return sum(path.lstat().st_size for path in folder.rglob("*")) / 1e6


def say(text: str) -> None:
    """Print a line for the person."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main(ROOT / sys.argv[1])
    except InstallError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("\nstopped; start it again to go on")
