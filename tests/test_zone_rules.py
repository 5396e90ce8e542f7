"""Which time zone rules count: those of the lock, in every program; SQL has none of its own."""

import os
import re
import shutil
import subprocess
import sys
import zoneinfo
from pathlib import Path

import pytest
import tzdata

from gridfeed.zone_rules import release

ROOT = Path(__file__).parents[1]
STATEMENTS = [
    path
    for folder in ("schemas", "gridfeed", "api")
    for path in sorted((ROOT / folder).rglob("*.sql"))
]


def test_the_rules_of_the_lock_count_and_not_those_of_the_machine(tmp_path: Path) -> None:
    """A machine whose files say that Amsterdam keeps UTC."""
    (tmp_path / "Europe").mkdir()
    shutil.copy(Path(tzdata.__file__).parent / "zoneinfo" / "UTC", tmp_path / "Europe/Amsterdam")
    noon = "datetime(2026, 3, 1, 12, tzinfo=ZoneInfo('Europe/Amsterdam')).utcoffset()"
    code = f"""
import os, subprocess, sys
from datetime import datetime
from zoneinfo import ZoneInfo
print({noon}, flush=True)
from cli import main
from cli import start
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
    lock = (ROOT / "requirements-run.lock").read_text("utf-8")
    assert f"tzdata=={tzdata.__version__} " in lock


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: path.name)
def test_a_statement_reckons_days_in_utc_alone(path: Path) -> None:
    text = re.sub(r"--.*", "", path.read_text("utf-8"))
    assert re.findall(r"AT TIME ZONE (?!'UTC')\S+|timezone\(", text, re.IGNORECASE) == []
    truncated = re.findall(r"date_trunc\([^)]*\(?[^)]*\)?[^)]*\)", text, re.IGNORECASE)
    assert all("'UTC'" in each for each in truncated), truncated
