"""Before a command begins."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.up_process import COMMAND


def slow_module(folder: Path, name: str) -> dict[str, str]:
    """Return an environment in which importing a module says so and takes a minute."""
    # In many steps: a signal that comes just before a sleep waits for its end (Python 3.14).
    text = "import time\nprint('importing', flush=True)\nfor _ in range(600): time.sleep(0.1)"
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
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "stopped while starting\n")
