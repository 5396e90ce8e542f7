"""Before a command begins: Ctrl-C while modules load, and whose time zone rules count."""

import os
import shutil
import signal
import subprocess
import sys
import zoneinfo
from pathlib import Path

import pytest
import tzdata

from gridfeed.zone_rules import release
from tests.cli.up_process import COMMAND


def slow_module(folder: Path, name: str) -> dict[str, str]:
    """Return an environment in which importing a module says so and takes a minute."""
    text = "import time; print('importing', flush=True); time.sleep(60)"
    (folder / f"{name}.py").write_text(text)
    return {**os.environ, "PYTHONPATH": str(folder)}


@pytest.mark.parametrize(
    ("arguments", "module"),
    [(["--help"], "typer"), (["up"], "asyncpg"), (["worker"], "faust"), (["serve"], "fastapi")],
)
def test_ctrl_c_while_modules_load_ends_in_one_line(
    arguments: list[str], module: str, tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        env=slow_module(tmp_path, module),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "importing\n"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (130, "stopped while starting\n")


def test_the_rules_of_the_lock_count_and_not_those_of_the_machine(tmp_path: Path) -> None:
    """A machine whose files say that Amsterdam keeps UTC."""
    (tmp_path / "Europe").mkdir()
    of_the_package = Path(tzdata.__file__).parent / "zoneinfo"
    shutil.copy(of_the_package / "UTC", tmp_path / "Europe" / "Amsterdam")
    noon = "datetime(2026, 3, 1, 12, tzinfo=ZoneInfo('Europe/Amsterdam')).utcoffset()"
    code = f"""
import os, subprocess, sys
from datetime import datetime
from zoneinfo import ZoneInfo
print({noon}, flush=True)
from gridfeed.cli import main, start
main.main = lambda: print({noon}, flush=True)
start.main()
child = "from datetime import datetime; from zoneinfo import ZoneInfo; print({noon})"
subprocess.run([sys.executable, "-c", child], check=True)
"""
    said = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONTZPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.split() == ["0:00:00", "1:00:00", "1:00:00"]


def test_tests_go_by_the_rules_of_the_lock() -> None:
    assert zoneinfo.TZPATH == ()
    assert release() == tzdata.IANA_VERSION
