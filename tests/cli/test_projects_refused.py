"""What `gridfeed projects apply` refuses, because stored values would no longer be true."""

import pytest

from tests.cli import program
from tests.cli.declared_catalogue import EAST, Catalogue

BLOCK = """
INSERT INTO sample_block
  (meter_id, channel, interval_start, source_id, samples, through_offset, block)
SELECT meter_id, 'GROSS', '2026-03-01T00:00Z', 1, 1, 1, '' FROM meter WHERE meter_number = $1
"""
VALUE = """
INSERT INTO interval_value (meter_id, production_format, channel, interval_start, interval_seconds)
SELECT meter_id, 'settlement', 'NET', '2026-03-01T00:00Z', 900 FROM meter WHERE meter_number = $1
"""


@pytest.fixture
def catalogue(database_url):
    return Catalogue(database_url)


@pytest.mark.parametrize("statement", [BLOCK, VALUE], ids=["samples", "values"])
@pytest.mark.parametrize(
    "change",
    [("America/Denver", "America/Chicago"), ("  meters:", "  interval_seconds: 900\n    meters:")],
    ids=["timezone", "interval_seconds"],
)
def test_intervals_with_stored_values_cannot_be_redrawn(catalogue, statement, change):
    catalogue.applied(EAST)
    catalogue.execute(statement, "e-2")
    before = catalogue.meters()
    told = catalogue.refused(EAST.replace(*change))
    assert "<stdin>:3: project east has stored values in intervals of 300 s" in told
    assert "(meters e-2)" in told
    assert "declare a new project whose meters have new numbers" in told
    assert catalogue.meters() == before


def test_intervals_without_values_can_be_redrawn(catalogue):
    catalogue.applied(EAST)
    assert catalogue.applied(EAST.replace("Denver", "Chicago"))["project east"] == "change"


def test_other_fields_may_change_while_values_are_stored(catalogue):
    catalogue.applied(EAST)
    catalogue.execute(BLOCK, "e-1")
    assert catalogue.applied(EAST.replace("37.5%", "40%"))["project east"] == "change"


def test_a_refused_file_is_not_applied_in_part(catalogue):
    catalogue.applied(EAST)
    catalogue.execute(BLOCK, "e-1")
    version = catalogue.version()
    catalogue.refused(EAST.replace("Denver", "Chicago") + "  - {id: west, timezone: UTC}\n")
    assert catalogue.version() == version
    assert "west" not in program.succeed("projects", "list", database_url=catalogue.url)


def test_a_meter_moves_when_both_projects_are_declared(catalogue):
    catalogue.applied(EAST)
    before = catalogue.times()
    moved = EAST[: EAST.index("      - {number: e-2")] + (
        "  - {id: west, timezone: America/Denver, meters: [{number: e-2, capacity_kw: 4,"
        " integration: linear, hold_limit_seconds: 3600}]}\n"
    )
    catalogue.execute(BLOCK, "e-2")  # the same intervals: its values stay true
    assert catalogue.applied(moved) == {
        "project east": "change",
        "meter e-1": "keep",
        "project west": "add",
        "meter e-2": "change",
    }
    assert catalogue.meters()["e-2"].project.cds_productionproject_id == "west"
    assert catalogue.times()["p east"][0] > before["p east"][0]


def test_a_meter_with_values_does_not_move_into_other_intervals(catalogue):
    catalogue.applied(EAST)
    catalogue.execute(BLOCK, "e-2")
    moved = EAST[: EAST.index("      - {number: e-2")] + (
        "  - {id: west, timezone: UTC, meters: [{number: e-2, capacity_kw: 4}]}\n"
    )
    assert "meter e-2 has stored values in the intervals of project east" in catalogue.refused(
        moved
    )


def test_a_meter_of_a_project_elsewhere_is_not_taken(catalogue):
    catalogue.applied(EAST)
    taken = "projects:\n- {id: west, timezone: UTC, meters: [{number: e-1, capacity_kw: 1}]}"
    told = catalogue.refused(taken)
    assert "<stdin>:2: meter e-1 belongs to project east, which this file does not declare" in told


def test_a_project_of_another_tenant_is_not_taken(catalogue):
    catalogue.applied(EAST)
    told = catalogue.refused(f"tenant: other\n{EAST}")
    assert "project east belongs to tenant default; ids are unique across tenants" in told
