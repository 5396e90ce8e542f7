"""`make demo` and `make test` install, say what and how large, and end in clear lines."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
RUNNING, EVERYTHING = "requirements-run.lock", "requirements.lock"


@pytest.fixture
def install() -> ModuleType:
    spec = importlib.util.spec_from_file_location("install", ROOT / "tools" / "install.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def installed_megabytes(lock: str) -> float:
    """Return what the packages of a lock take here, so far as they are installed and not compiled.

    What Python compiles of them is a sixth more, and differs between installers.
    """
    names = {*re.findall(r"^([\w.-]+)==", (ROOT / lock).read_text("utf-8"), re.MULTILINE)}
    total = 0
    for name in names:
        try:
            files = distribution(name).files or ()
        except PackageNotFoundError:  # of another system
            continue
        paths = (Path(str(file.locate())) for file in files if file.suffix != ".pyc")
        total += sum(path.lstat().st_size for path in paths if path.exists())
    return total / 1e6


@pytest.mark.parametrize("lock", [RUNNING, EVERYTHING])
def test_the_size_that_is_told_before_is_that_of_the_packages(
    install: ModuleType, lock: str
) -> None:
    _, on_disk = install.SIZES[lock]
    assert 0.7 * on_disk < installed_megabytes(lock) < 0.9 * on_disk


def test_it_tells_how_far_it_is(install: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    progress = install.Progress(3)
    for line in (
        "Collecting numpy==2.3.0 (from -r requirements-run.lock (line 9))",
        "Downloading numpy-2.3.0-cp311-cp311-manylinux_2_28_x86_64.whl (16.6 MB)",
        "     16.6/16.6 MB 9.1 MB/s eta 0:00:00",
        "Collecting idna==3.11 (from -r requirements-run.lock (line 12))",
        "Downloading idna-3.11-py3-none-any.whl (71 kB)",
        "Requirement already satisfied: pyarrow==22.0.0 in ./.venv/lib/python3.11/site-packages",
        "Installing collected packages: numpy, idna",
    ):
        progress.hear(line)
    assert capsys.readouterr().err == "3 of 3 packages, 17 MB: writing them to .venv\n"


def run_in_a_copy(folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    (folder / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "install.py", folder / "tools")
    shutil.copy(ROOT / RUNNING, folder)
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PIP_")}
    return subprocess.run(
        [sys.executable, "tools/install.py", RUNNING],
        cwd=folder,
        env=kept | {"PIP_CONFIG_FILE": os.devnull} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_index_that_is_away_is_told_in_pips_words_without_a_traceback(tmp_path: Path) -> None:
    nobody = {"PIP_INDEX_URL": "http://127.0.0.1:1/simple", "PIP_RETRIES": "0"}
    done = run_in_a_copy(tmp_path, **nobody)
    assert done.returncode == 1
    first, *rest = done.stderr.splitlines()
    assert re.match(r"installing \d+ packages of requirements-run.lock into .venv: at most", first)
    assert "pip failed:" in rest
    assert "Traceback" not in done.stderr


def test_a_folder_that_cannot_hold_a_venv_is_told(tmp_path: Path) -> None:
    (tmp_path / ".venv").write_text("a file of this name")
    done = run_in_a_copy(tmp_path)
    assert done.returncode == 1
    assert ".venv" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_the_demonstration_needs_no_tools_of_development() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert re.search(r"^demo: \.venv/running$", makefile, re.MULTILINE)
    (recipe,) = re.findall(r"^\.venv/running:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert RUNNING in recipe
    assert EVERYTHING not in recipe
