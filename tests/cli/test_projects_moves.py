"""Meters that change project: what `gridfeed projects apply` writes, shows and refuses."""

import json

import pytest

from tests.cli import program
from tests.cli.declared_catalogue import Catalogue

MEMBERSHIPS = """
SELECT concat_ws(' ', m.meter_number, b.cds_productionproject_id,
  'from ' || nullif(b.starts_at, '-infinity')::date, 'to ' || nullif(b.ends_at, 'infinity')::date)
FROM membership b JOIN meter m USING (meter_id) ORDER BY m.meter_number, b.starts_at
"""
VALUE = """
INSERT INTO interval_value (meter_id, production_format, channel, interval_start, interval_seconds)
SELECT meter_id, 'settlement', 'NET', '2024-03-01T00:00Z', 900 FROM meter WHERE meter_number = $1
"""


@pytest.fixture
def catalogue(database_url):
    return Catalogue(database_url)


def file(**projects):
    """A file of projects in UTC with the meters as they are written there."""
    lines = ["projects:"]
    for name, meters in projects.items():
        lines += [f"  - id: {name}", "    timezone: UTC", "    meters:"]
        lines += [f"      - {{capacity_kw: 1, number: {meter}}}" for meter in meters] or [
            "      []"
        ]
    return "\n".join(lines) + "\n"


def whose(catalogue):
    return [row[0] for row in catalogue.ask(lambda connection: connection.fetch(MEMBERSHIPS))]


def changed(catalogue, text):
    """Apply it and return the changes of each project and meter that has some."""
    result = catalogue.apply(text)
    assert result.exit_code == 0, result.output
    return {
        each["name"]: [tuple(change.values()) for change in each["changes"]]
        for each in json.loads(result.stdout)["differences"]
        if each["changes"] and each["kind"] in {"project", "meter"}
    }


BEFORE = file(east=["m", "n"], west=["w"])
MOVED = file(east=["m, to: 2025-01-01", "n"], west=["m, from: 2025-01-01", "w"])


@pytest.mark.embedded
def test_a_move_with_dates_leaves_the_past_where_it_was(catalogue):
    catalogue.applied(BEFORE)
    catalogue.execute(VALUE, "m")
    version, ids = catalogue.version(), ids_of(catalogue)
    assert changed(catalogue, MOVED) == {
        "east": [("meters", None, "m to 2025-01-01"), ("meters", "m", None)],
        "west": [("meters", None, "m from 2025-01-01"), ("service_points", "w", "m, w")],
        "m": [("project", "east", "east to 2025-01-01, west from 2025-01-01")],
    }
    assert whose(catalogue) == [
        "m east to 2025-01-01",
        "m west from 2025-01-01",
        "n east",
        "w west",
    ]
    assert catalogue.version() == version + 1
    assert ids_of(catalogue) == ids


def ids_of(catalogue):
    return {number: meter.meter_id for number, meter in catalogue.meters().items()}


def test_the_newest_project_s_rules_are_those_of_the_streams(catalogue):
    catalogue.applied(BEFORE)
    catalogue.applied(MOVED)
    assert catalogue.meters()["m"].project.cds_productionproject_id == "west"


def test_a_new_meter_may_have_a_past_in_another_project(catalogue):
    assert set(catalogue.applied(MOVED).values()) == {"add"}
    assert whose(catalogue)[:2] == ["m east to 2025-01-01", "m west from 2025-01-01"]
    assert catalogue.meters()["m"].project.cds_productionproject_id == "west"


def test_a_meter_may_return_to_a_project(catalogue):
    text = file(
        east=["m, to: 2024-01-01", "m, from: 2025-01-01"],
        west=["m, from: 2024-01-01, to: 2025-01-01"],
    )
    catalogue.applied(text)
    assert whose(catalogue) == [
        "m east to 2024-01-01",
        "m west from 2024-01-01 to 2025-01-01",
        "m east from 2025-01-01",
    ]
    assert catalogue.meters()["m"].project.cds_productionproject_id == "east"
    assert set(catalogue.applied(text).values()) == {"keep"}


def test_applying_a_move_again_confirms_it_and_changes_nothing(catalogue):
    catalogue.applied(MOVED)
    version, before = catalogue.version(), catalogue.times()
    assert set(catalogue.applied(MOVED).values()) == {"keep"}
    assert catalogue.version() == version
    assert {name: at[0] for name, at in catalogue.times().items()} == {
        name: at[0] for name, at in before.items()
    }


def test_a_move_modifies_both_projects_and_the_meter_and_nothing_else(catalogue):
    catalogue.applied(BEFORE)
    before = catalogue.times()
    catalogue.applied(MOVED)
    after = catalogue.times()
    assert sorted(name for name in after if after[name][0] > before[name][0]) == [
        "m m",
        "p east",
        "p west",
    ]


@pytest.mark.embedded
def test_a_move_without_dates_takes_the_past_along(catalogue):
    catalogue.applied(BEFORE)
    catalogue.execute(VALUE, "m")
    assert changed(catalogue, file(east=["n"], west=["m", "w"])) == {
        "east": [("meters", "m", None), ("service_points", "m, n", "n")],
        "west": [("meters", None, "m"), ("service_points", "w", "m, w")],
        "m": [("project", "east", "west")],
    }
    assert whose(catalogue) == ["m west", "n east", "w west"]


def test_a_move_that_forgets_the_past_is_refused(catalogue):
    catalogue.applied(BEFORE)
    told = catalogue.refused(file(east=["n"], west=["m, from: 2025-01-01", "w"]))
    assert "<stdin>:9: meter m leaves project east, and part of that time would be in no" in told
    assert "declare the meter there too, with `to`" in told
    assert whose(catalogue) == ["m east", "n east", "w west"]


def test_a_meter_may_be_declared_to_end(catalogue):
    catalogue.applied(file(east=["m"]))
    catalogue.applied(file(east=["m, to: 2025-01-01"]))
    assert whose(catalogue) == ["m east to 2025-01-01"]


def test_a_meter_of_a_project_elsewhere_moves_only_with_both_in_the_file(catalogue):
    catalogue.applied(BEFORE)
    told = catalogue.refused(file(west=["m, from: 2025-01-01", "w"]))
    assert "meter m belongs to project east, which this file does not declare;" in told
    assert "declare both projects in one file to move it, with `to` there and `from` here" in told


def test_a_file_of_one_of_its_projects_leaves_the_others_part_alone(catalogue):
    catalogue.applied(MOVED)
    alone = file(west=["m, from: 2025-01-01", "w"])
    assert set(catalogue.applied(alone).values()) == {"keep"}
    assert changed(catalogue, file(west=["m, from: 2025-02-01", "w"])) == {
        "west": [("meters", None, "m from 2025-02-01"), ("meters", "m from 2025-01-01", None)],
        "m": [
            (
                "project",
                "east to 2025-01-01, west from 2025-01-01",
                "east to 2025-01-01, west from 2025-02-01",
            ),
            ("service_point", "m", "m to 2025-01-01T00:00:00Z, m from 2025-02-01T00:00:00Z"),
        ],
    }
    assert whose(catalogue)[:2] == ["m east to 2025-01-01", "m west from 2025-02-01"]
    told = catalogue.refused(file(west=["m, from: 2024-12-31", "w"]))
    assert "meter m belongs to project east to 2025-01-01, which this file does not declare" in told


def test_a_meter_that_leaves_the_file_keeps_all_its_projects(catalogue):
    catalogue.applied(MOVED)
    assert catalogue.applied(file(east=["n"], west=["w"]))["meter m"] == "undeclared"
    assert whose(catalogue)[:2] == ["m east to 2025-01-01", "m west from 2025-01-01"]


def test_projects_of_one_meter_keep_the_same_intervals(catalogue):
    catalogue.applied(MOVED)
    alone = file(west=["m, from: 2025-01-01", "w"]).replace("UTC", "UTC\n    interval_seconds: 900")
    told = catalogue.refused(alone)
    assert "meter m also belongs to project east to 2025-01-01, with intervals of 300 s" in told


def test_tenants_share_no_meter(catalogue):
    catalogue.applied(file(east=["m, to: 2025-01-01"]))
    told = catalogue.refused("tenant: other\n" + file(theirs=["m, from: 2025-01-01"]))
    assert "meter m belongs to project east of tenant default; a meter has one tenant" in told
    assert whose(catalogue) == ["m east to 2025-01-01"]


def test_no_date_moves_stored_values_into_other_intervals(catalogue):
    catalogue.applied(file(east=["m"]))
    catalogue.execute(VALUE, "m")
    moved = file(east=[], west=["m"]).replace(
        "west\n    timezone: UTC", "west\n    timezone: America/Denver"
    )
    told = catalogue.refused(moved)
    assert "has stored values in the intervals of project east, which do not fit" in told


def test_the_list_shows_the_meters_of_now(catalogue):
    catalogue.applied(
        file(east=["m, to: 2025-01-01", "n"], west=["m, from: 2025-01-01", "l, from: 2999-01-01"])
    )
    listed = json.loads(program.succeed("projects", "list", "--json", database_url=catalogue.url))
    assert [each["meter_numbers"] for each in listed] == [["n"], ["m"]]
