"""Runs, gates, shares and places: from a file into the catalogue, and what is shown of a change."""

import json
from datetime import time
from decimal import Decimal
from fractions import Fraction

import pytest

from gridfeed.domain.declaration.catalogue import SettlementRun
from gridfeed.domain.declaration.contract import ContractShare
from gridfeed.domain.words import Technology
from gridfeed.storage.catalogue import load_catalogue
from tests.cli import program
from tests.cli.declared_catalogue import EAST, Catalogue

FULL = """
projects:
  - id: east
    timezone: America/Denver
    technology: solar
    latitude: 39.742
    longitude: -105.1727
    contract:
      type: PPA
      start: 2020-01-01
      shares:
        - {share: "1/3", end: 2025-01-01}
        - {share: "37.5%", start: 2026-01-01}
    settlement: {market: ERCOT, runs: {INITIAL: 0, FINAL: 1, TRUE_UP: 2}}
    forecasts: {day_ahead_gate: "12:00", hour_ahead_lead_minutes: 60}
    meters:
      - {number: e-1, capacity_kw: 6, station_load_kw: 0.05}
"""
HELD = """
SELECT starts_at::text, ends_at::text, numerator, denominator FROM contract_share
ORDER BY starts_at
"""
UNREDUCED = "UPDATE contract_share SET numerator = 375, denominator = 1000"


@pytest.fixture
def catalogue(database_url):
    return Catalogue(database_url)


def changes(catalogue, text, *options):
    """Apply it and return what is shown: (name, field) to (stored, declared)."""
    result = catalogue.apply(text, *options)
    assert result.exit_code == 0, result.output
    return {
        (each["name"], change["field"]): (change["stored"], change["declared"])
        for each in json.loads(result.stdout)["differences"]
        for change in each["changes"]
    }


@pytest.mark.embedded
def test_all_of_it_is_in_the_catalogue_of_the_workers(catalogue):
    catalogue.applied(FULL)
    meter = catalogue.meters()["e-1"]
    project = meter.project
    assert str(meter.station_load_kw) == "0.05"
    assert (project.day_ahead_gate, project.hour_ahead_lead_minutes) == (time(12), 60)
    assert project.settlement_market == "ERCOT"
    assert project.settlement_runs == (
        SettlementRun(0, "INITIAL"),
        SettlementRun(1, "FINAL"),
        SettlementRun(2, "TRUE_UP"),
    )
    assert project.technology is Technology.SOLAR
    assert (project.latitude, project.longitude) == (Decimal("39.742"), Decimal("-105.1727"))
    assert [(each.share, each.ends_at is None) for each in project.shares] == [
        (Fraction(1, 3), False),
        (Fraction(3, 8), True),
    ]
    assert project.shares[0].starts_at == project.contract_start


def test_open_sides_are_infinite_in_the_database_and_none_here(catalogue):
    catalogue.applied('projects: [{id: p, timezone: UTC, contract: {rule: "1/3"},'
                      " meters: [{number: m, capacity_kw: 1}]}]")  # fmt: skip
    (held,) = catalogue.ask(lambda connection: connection.fetch(HELD))
    assert tuple(held) == ("-infinity", "infinity", 1, 3)
    (whose,) = catalogue.ask(
        lambda connection: connection.fetch(
            "SELECT cds_productionproject_id, starts_at::text, ends_at::text FROM membership"
        )
    )
    assert tuple(whose) == ("p", "-infinity", "infinity")
    assert catalogue.meters()["m"].project.shares == (ContractShare(Fraction(1, 3), None, None),)


@pytest.mark.parametrize("text", [FULL, EAST], ids=["shares", "rule"])
def test_applying_it_again_writes_nothing_and_shows_no_difference(catalogue, text):
    catalogue.applied(text)
    version, rows = catalogue.version(), row_versions(catalogue)
    assert set(catalogue.applied(text).values()) == {"keep"}
    assert changes(catalogue, text, "--dry-run") == {}
    assert catalogue.version() == version
    assert row_versions(catalogue) == rows


def row_versions(catalogue):
    """Return which transaction wrote each row that is replaced as a whole."""
    statement = """
SELECT 'run ' || code AS name, xmin::text FROM settlement_run
UNION ALL SELECT 'share ' || starts_at, xmin::text FROM contract_share
UNION ALL SELECT 'membership ' || meter_id || starts_at, xmin::text FROM membership
"""
    return dict(catalogue.ask(lambda connection: connection.fetch(statement)))


def test_a_share_that_another_way_was_written_is_the_same(catalogue):
    catalogue.applied(EAST)
    catalogue.execute(UNREDUCED)
    assert set(catalogue.applied(EAST).values()) == {"keep"}
    assert set(catalogue.applied(EAST.replace("37.5%", "3/8")).values()) == {"keep", "change"}
    (held,) = catalogue.ask(lambda connection: connection.fetch(HELD))
    assert (held["numerator"], held["denominator"]) == (375, 1000), "only its text changed"


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (
            "FINAL: 1, TRUE_UP: 2}",
            "FINAL: 1, TRUE_UP: 2, R1: 7}",
            {"settlement_runs": ("INITIAL 0, FINAL 1, TRUE_UP 2",
                                 "INITIAL 0, FINAL 1, TRUE_UP 2, R1 7")},
        ),
        (
            "INITIAL: 0, FINAL: 1",
            "INITIAL: 1, FINAL: 0",
            {"settlement_runs": ("INITIAL 0, FINAL 1, TRUE_UP 2", "FINAL 0, INITIAL 1, TRUE_UP 2")},
        ),
        ("ERCOT", "CAISO", {"settlement_market": ("ERCOT", "CAISO")}),
        (
            "    settlement: {market: ERCOT, runs: {INITIAL: 0, FINAL: 1, TRUE_UP: 2}}\n",
            "",
            {
                "settlement_market": ("ERCOT", None),
                "settlement_runs": ("INITIAL 0, FINAL 1, TRUE_UP 2", None),
            },
        ),
        ("12:00", "09:30", {"day_ahead_gate": ("12:00:00", "09:30:00")}),
        ("minutes: 60", "minutes: 75", {"hour_ahead_lead_minutes": (60, 75)}),
        ("solar", "wind", {"technology": ("solar", "wind")}),
        ("39.742", "39.75", {"latitude": ("39.742", "39.75")}),
        ("-105.1727", "-105", {"longitude": ("-105.1727", "-105")}),
        (
            "1/3",
            "2/3",
            {
                "shares": (
                    "1/3 from 2020-01-01 to 2025-01-01, 37.5% from 2026-01-01",
                    "2/3 from 2020-01-01 to 2025-01-01, 37.5% from 2026-01-01",
                )
            },
        ),
        (
            "start: 2026-01-01",
            "start: 2025-01-01",
            {
                "shares": (
                    "1/3 from 2020-01-01 to 2025-01-01, 37.5% from 2026-01-01",
                    "1/3 from 2020-01-01 to 2025-01-01, 37.5% from 2025-01-01",
                )
            },
        ),
    ],
)  # fmt: skip
def test_what_changed_in_a_project_is_shown_and_written(catalogue, before, after, shown):
    catalogue.applied(FULL)
    version = catalogue.version()
    text = FULL.replace(before, after)
    assert text != FULL
    expected = {("east", field): values for field, values in shown.items()}
    assert changes(catalogue, text, "--dry-run") == expected
    assert catalogue.version() == version
    assert changes(catalogue, text) == expected
    assert catalogue.version() == version + 1
    assert changes(catalogue, text) == {}


def test_what_changed_in_a_meter_is_shown_and_written(catalogue):
    catalogue.applied(FULL)
    text = FULL.replace("0.05", "0.1")
    assert changes(catalogue, text) == {("e-1", "station_load_kw"): ("0.05", "0.1")}
    assert str(catalogue.meters()["e-1"].station_load_kw) == "0.1"


def test_a_table_of_differences_is_for_people(catalogue):
    catalogue.applied(FULL)
    shown = program.succeed(
        "projects", "apply", "-", "--dry-run", stdin=FULL.replace("FINAL: 1", "FINAL: 3"),
        database_url=catalogue.url,
    )  # fmt: skip
    assert (
        "settlement_runs: INITIAL 0, FINAL 1, TRUE_UP 2 -> INITIAL 0, TRUE_UP 2, FINAL 3" in shown
    )


def test_projects_are_listed_with_the_share_of_now(catalogue):
    catalogue.applied(FULL)  # 37.5% since 2026
    (listed,) = json.loads(
        program.succeed("projects", "list", "--json", database_url=catalogue.url)
    )
    assert listed["contract_rule"] == "37.5%"
    assert "PPA 37.5%" in program.succeed("projects", "list", database_url=catalogue.url)


def test_two_projects_keep_their_runs_and_shares_apart(catalogue):
    west = FULL[FULL.index("  - id: east") :].replace("east", "west").replace("e-1", "w-1")
    catalogue.applied(FULL + west.replace("TRUE_UP: 2", "R1: 2").replace("1/3", "1/4"))
    meters = catalogue.ask(load_catalogue).meters
    assert [run.code for run in meters["e-1"].project.settlement_runs][-1] == "TRUE_UP"
    assert [run.code for run in meters["w-1"].project.settlement_runs][-1] == "R1"
    assert meters["e-1"].project.shares[0].share == Fraction(1, 3)
    assert meters["w-1"].project.shares[0].share == Fraction(1, 4)
