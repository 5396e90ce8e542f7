"""`gridfeed projects`: what a file does to the catalogue."""

import asyncio
import json
from datetime import UTC, datetime

import asyncpg
import pytest

from cli.projects.file import read_projects
from gridfeed.domain.words import Integration
from gridfeed.storage.catalogue import apply, load_catalogue
from tests.cli import program
from tests.cli.declared_catalogue import EAST, Catalogue


@pytest.fixture
def catalogue(database_url):
    return Catalogue(database_url)


@pytest.mark.embedded
def test_a_file_is_in_the_catalogue_of_the_workers_to_the_digit(catalogue):
    assert catalogue.applied(EAST) == {
        "project east": "add",
        "meter e-1": "add",
        "meter e-2": "add",
    }
    first, second = catalogue.meters().values()
    assert str(first.capacity_kw) == "6.10"
    assert (second.integration, second.hold_limit_seconds) == (Integration.LINEAR, 3600)
    assert first.project is second.project
    assert first.project.contract_rule == "37.5%"
    assert first.project.contract_start == datetime(2020, 1, 1, 7, tzinfo=UTC)
    assert first.project.contract_end is None
    assert first.project.interval_anchor_seconds == 0


def test_an_empty_catalogue_has_a_version_and_no_meters(catalogue):
    loaded = catalogue.ask(load_catalogue)
    assert (loaded.version, loaded.meters) == (catalogue.version(), {})


def test_applying_a_file_again_confirms_it_and_changes_nothing(catalogue):
    catalogue.applied(EAST)
    version, before = catalogue.version(), catalogue.times()
    assert set(catalogue.applied(EAST).values()) == {"keep"}
    assert catalogue.version() == version
    for name, (modified_at, synced_at) in catalogue.times().items():
        assert modified_at == before[name][0]
        assert synced_at > before[name][1]


def test_other_digits_of_the_same_number_are_no_change(catalogue):
    catalogue.applied(EAST)
    assert set(catalogue.applied(EAST.replace("6.10", "6.1")).values()) == {"keep"}


def test_only_what_changed_is_modified(catalogue):
    catalogue.applied(EAST)
    version, before = catalogue.version(), catalogue.times()
    changed = catalogue.applied(EAST.replace("capacity_kw: 4", "capacity_kw: 5"))
    assert changed == {"project east": "keep", "meter e-1": "keep", "meter e-2": "change"}
    assert catalogue.version() == version + 1
    after = catalogue.times()
    assert [name for name in after if after[name][0] > before[name][0]] == ["m e-2"]


def test_a_meter_that_joins_modifies_its_project_and_keeps_the_others_ids(catalogue):
    catalogue.applied(EAST)
    before = catalogue.times()
    ids = {number: meter.meter_id for number, meter in catalogue.meters().items()}
    added = catalogue.applied(EAST + "      - {number: e-3, capacity_kw: 1}\n")
    assert added["project east"] == "change"
    assert added["meter e-3"] == "add"
    assert catalogue.times()["p east"][0] > before["p east"][0]
    kept = catalogue.meters()
    assert {number: kept[number].meter_id for number in ids} == ids


def test_a_meter_that_leaves_the_file_is_kept_and_reported(catalogue):
    catalogue.applied(EAST)
    version = catalogue.version()
    without = EAST[: EAST.index("      - {number: e-2")]
    assert catalogue.applied(without)["meter e-2"] == "undeclared"
    assert "e-2" in catalogue.meters()
    assert catalogue.version() == version
    told = program.run("projects", "apply", "-", stdin=without, database_url=catalogue.url)
    assert "meter e-2 of project east is not in the file; it is kept" in told.stderr


def test_a_dry_run_shows_the_change_and_writes_nothing(catalogue):
    catalogue.applied(EAST)
    before, version = catalogue.times(), catalogue.version()
    shown = program.succeed(
        "projects",
        "apply",
        "-",
        "--dry-run",
        stdin=EAST.replace("6.10", "7"),
        database_url=catalogue.url,
    )
    assert "capacity_kw: 6.10 -> 7" in shown
    assert "0 added, 1 changed, 6 unchanged (dry run: nothing was written)" in shown
    assert (catalogue.times(), catalogue.version()) == (before, version)


def test_faults_name_file_and_line_and_nothing_is_applied(catalogue, tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text(EAST.replace("6.10", "-1").replace("linear", "cubic"))
    result = program.run("projects", "apply", str(file), database_url=catalogue.url)
    assert result.exit_code == 1
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == [
        f"{file}:7",
        f"{file}:8",
        "Nothing was applied.",
    ]
    assert catalogue.meters() == {}


def test_a_file_that_is_not_utf_8_is_told(catalogue):
    told = catalogue.refused(b"projects: [{id: \xff, timezone: UTC}]")
    assert "not UTF-8" in told


def test_a_database_that_was_not_migrated_is_told_with_the_command(empty_database_url):
    result = program.run("projects", "apply", "-", stdin=EAST, database_url=empty_database_url)
    assert result.exit_code == 1
    assert "migrations are pending (0023_catalogue" in result.stderr
    assert "Run `gridfeed migrate`." in result.stderr


def test_projects_are_listed_with_their_meters_and_capacity(catalogue):
    catalogue.applied(EAST)
    (listed,) = json.loads(
        program.succeed("projects", "list", "--json", database_url=catalogue.url)
    )
    assert (listed["cds_productionproject_id"], listed["tenant"]) == ("east", "default")
    assert listed["meter_numbers"] == ["e-1", "e-2"]
    assert listed["capacity_kw"] == "10.10"
    assert "PPA 37.5%" in program.succeed("projects", "list", database_url=catalogue.url)


def test_the_schema_names_every_key_with_its_default():
    lines = program.succeed("projects", "schema").splitlines()
    rows = [line.split()[:2] for line in lines if line.strip()]
    assert ["projects[].interval_seconds", "300"] in rows
    assert ["projects[].meters[].hold_limit_seconds", "120"] in rows
    assert ["projects[].timezone", "required"] in rows
    assert ["projects[].contract.end", "null"] in rows


@pytest.fixture
async def twice_applied(database_url):
    """The catalogue's version before two applies at once."""
    connections = [await asyncpg.connect(database_url) for _ in range(2)]
    version = await connections[0].fetchval("SELECT version FROM catalogue_version")
    await asyncio.gather(*(apply(each, read_projects(EAST)) for each in connections))
    for each in connections:
        await each.close()
    return version


def test_two_applies_at_once_are_one_after_the_other(twice_applied, catalogue):
    version = twice_applied
    assert catalogue.version() == version + 1
    assert set(catalogue.meters()) == {"e-1", "e-2"}
