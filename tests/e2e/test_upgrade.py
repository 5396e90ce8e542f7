"""An upgrade under load: an old worker stops writing when the schema moves, a new one goes on."""

import asyncio
import shutil
from pathlib import Path

import pytest

import gridfeed
from gridfeed.kafka.topics import Stream
from tests.e2e.load import PROJECT, Load, assert_exact, assert_feed_is_whole
from tests.e2e.system import OPENED, System

pytestmark = [pytest.mark.fault, pytest.mark.slow]

HERE = Path(gridfeed.__file__).parent.parent
MIGRATION = """
ALTER TABLE interval_value ADD COLUMN of_tomorrow integer;
UPDATE interval_value SET of_tomorrow = 1;
"""


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """A folder with a program that has one migration more."""
    folder = tmp_path / "newer"
    for package in ("gridfeed", "stream", "api", "schemas"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(HERE / package, folder / package, ignore=ignored)
    (folder / "schemas" / "sql" / "9999_of_tomorrow.sql").write_text(MIGRATION)
    return folder


async def test_an_upgrade_under_load_loses_nothing_and_the_former_worker_ends(
    system: System, newer: Path
) -> None:
    load = Load(seconds=1800)
    chunks = load.chunks(4)
    system.run("projects", "apply", "-", given=PROJECT)
    former = system.start("worker")
    await system.eventually(OPENED, until=2 * len(Stream))
    await system.send(Stream.TELEMETRY, chunks[0])
    await asyncio.sleep(1)
    await system.send(Stream.TELEMETRY, chunks[1])
    assert "applied 9999_of_tomorrow" in system.run("migrate", program=newer)
    assert former.wait(60) != 0
    await system.send(Stream.TELEMETRY, chunks[2])
    system.start("worker", program=newer)
    await system.send(Stream.TELEMETRY, chunks[3])
    await system.wait_until_handled()
    await assert_exact(system, load)
    await assert_feed_is_whole(system)


def test_a_former_program_refuses_a_newer_database_naming_both(system: System, newer: Path) -> None:
    system.run("migrate", program=newer)
    for command in (["worker"], ["serve", "--port", "0"]):
        assert system.start(*command).wait(60) == 1
    assert system.logs().count("9999_of_tomorrow, newer than") >= 2
