"""What a project file declares of runs, gates, shares, places and times, and what is wrong."""

from datetime import UTC, datetime, time
from decimal import Decimal
from fractions import Fraction

import pytest

from cli.projects.file import BadProjectFileError, read_projects
from gridfeed.domain.calendar.period import ALWAYS, Period
from gridfeed.domain.declaration.catalogue import SettlementRun
from gridfeed.domain.declaration.contract import ContractShare
from gridfeed.domain.words import Technology


def project(*lines):
    return "\n".join(["projects:", "  - id: p", "    timezone: America/Denver", *lines])


def only(*lines):
    (declared,) = read_projects(project(*lines))
    return declared.project


def faults(text):
    with pytest.raises(BadProjectFileError) as caught:
        read_projects(text)
    return [(fault.line, fault.text) for fault in caught.value.faults]


def midnight(year, month=1):
    """The first of the month in Denver, in winter."""
    return datetime(year, month, 1, 7, tzinfo=UTC)


def test_settlement_runs_are_in_the_order_of_their_versions():
    found = only("    settlement: {market: ERCOT, runs: {TRUE_UP: 2, INITIAL: 0, FINAL: 1, R1: 7}}")
    assert found.settlement_market == "ERCOT"
    assert found.settlement_runs == tuple(
        SettlementRun(version, code)
        for version, code in [(0, "INITIAL"), (1, "FINAL"), (2, "TRUE_UP"), (7, "R1")]
    )


def test_gates_are_local_times_and_minutes():
    found = only('    forecasts: {day_ahead_gate: "12:00", hour_ahead_lead_minutes: 60}')
    assert (found.day_ahead_gate, found.hour_ahead_lead_minutes) == (time(12), 60)
    assert only("    forecasts: {day_ahead_gate: 09:30}").day_ahead_gate == time(9, 30)


def test_a_place_is_exact():
    found = only("    technology: solar", "    latitude: 39.7420", "    longitude: -105.1727")
    assert found.technology is Technology.SOLAR
    assert (str(found.latitude), str(found.longitude)) == ("39.7420", "-105.1727")


def test_what_is_left_out_is_not_known():
    found = only()
    assert (found.settlement_market, found.settlement_runs, found.shares) == (None, (), ())
    assert (found.day_ahead_gate, found.hour_ahead_lead_minutes) == (None, None)
    assert (found.technology, found.latitude, found.longitude) == (None, None, None)


def test_a_rule_is_one_share_for_all_of_the_contract():
    assert only('    contract: {rule: "1/3", start: 2025-01-01}').shares == (
        ContractShare(Fraction(1, 3), midnight(2025), None),
    )
    assert only('    contract: {rule: "37.5%"}').shares == (
        ContractShare(Fraction(3, 8), None, None),
    )


def test_shares_follow_each_other_and_end_with_the_contract_where_nothing_else_is_said():
    found = only(
        "    contract:",
        "      start: 2025-01-01",
        "      end: 2028-01-01",
        "      shares:",
        '        - {share: "37.5%", start: 2026-12-01}',
        '        - {share: "1/3", end: 2026-01-01}',
    )
    assert found.contract_rule is None
    assert found.shares == (
        ContractShare(Fraction(1, 3), midnight(2025), midnight(2026)),
        ContractShare(Fraction(3, 8), midnight(2026, 12), midnight(2028)),
    )


@pytest.mark.parametrize(
    ("contract", "said"),
    [
        ('rule: "1%", shares: [{share: "1%"}]', "or shares (several), not both"),
        (
            'shares: [{share: "1/3", end: 2025-06-01}, {share: "1%", start: 2025-05-31}]',
            "the share 1% from 2025-05-31 overlaps the share before it",
        ),
        (
            'shares: [{share: "1/3"}, {share: "1%"}]',
            "the share 1% overlaps the share before it",
        ),
        (
            'start: 2025-01-01, shares: [{share: "1/3", start: 2024-12-31}]',
            "the share 1/3 from 2024-12-31 reaches beyond the contract from 2025-01-01",
        ),
        (
            'end: 2025-01-01, shares: [{share: "1/3", end: 2025-01-02}]',
            "1/3 to 2025-01-02 reaches beyond the contract to 2025-01-01",
        ),
        ('shares: [{share: "1/3", start: 2025-01-01, end: 2025-01-01}]', "covers no day"),
        ('end: 2025-01-01, shares: [{share: "1/3", start: 2025-01-01}]', "covers no day"),
    ],
)
def test_shares_that_cannot_all_be_true_are_told_with_their_line(contract, said):
    ((line, text),) = faults(project(f"    contract: {{{contract}}}"))
    assert line == 4
    assert text.startswith("projects[0].contract: ")
    assert said in text


@pytest.mark.parametrize(
    ("lines", "line", "said"),
    [
        (
            ["    settlement:", "      runs:", "        A: 1", "        B: 1"],
            5,
            "settlement.runs: A and B are both 1; give each run its own version",
        ),
        (
            ["    settlement:", "      runs:", "        A B: 1"],
            6,
            "settlement.runs.A B: 'A B': must be 1 to 200 characters without white space",
        ),
        (
            ["    settlement:", "      runs:", "        A: first"],
            6,
            "settlement.runs.A: 'first': Input should be a valid integer",
        ),
        (["    settlement:", "      runs: {A: -1}"], 5, "settlement.runs.A: '-1': Input should be"),
        (["    settlement: {runs: {A: 2147483648}}"], 4, "less than 2147483648"),
        (["    settlement: {runs: {}}"], 4, "settlement.runs: Dictionary should have at least 1"),
        (["    settlement: {market: M}"], 4, "settlement.runs: is required"),
        (["    settlement:", "      run: {A: 0}"], 5, "settlement.run: unknown key; did you mean"),
        (["    forecasts: {day_ahead_gate: 24:00}"], 4, "a local time from 00:00 to 23:59"),
        (["    forecasts: {day_ahead_gate: 12:00Z}"], 4, 'write one like "12:00"'),
        (["    forecasts: {hour_ahead_lead_minutes: -1}"], 4, "greater than or equal to 0"),
        (["    forecasts: {hour_ahead_lead_minutes: 1441}"], 4, "less than or equal to 1440"),
        (["    forecasts: {day_ahead: 12:00}"], 4, "did you mean day_ahead_gate?"),
        (["    technology: coal"], 4, "'solar', 'wind', 'hydro', 'storage' or 'other'"),
        (["    latitude: 1"], 2, "longitude: null: latitude and longitude go together"),
        (["    longitude: 1"], 4, "longitude: '1': latitude and longitude go together"),
        (["    latitude: 90.1", "    longitude: 1"], 4, "less than or equal to 90"),
        (["    latitude: 1", "    longitude: -180.1"], 5, "greater than or equal to -180"),
        (["    contract:", "      shares:", "        - {shar: 1}"], 6, "did you mean share?"),
        (
            ["    contract:", "      shares:", '        - {share: "1/0"}'],
            6,
            "contract.shares[0].share: '1/0': not a share above 0% and up to 100%",
        ),
    ],
)
def test_a_value_that_is_not_accepted_is_named_with_its_line(lines, line, said):
    found = faults(project(*lines))
    assert [at for at, text in found if said in text] == [line], found


def test_a_date_that_the_zone_skipped_is_told():
    text = (
        "projects: [{id: p, timezone: Pacific/Apia,"
        " meters: [{number: m, capacity_kw: 1, from: 2011-12-30}]}]"
    )
    assert "Pacific/Apia skipped 2011-12-30" in faults(text)[0][1]


def test_a_meter_s_dates_are_days_of_the_project():
    (declared,) = read_projects(
        project(
            "    meters:",
            "      - {number: a, capacity_kw: 1, station_load_kw: 0.05, to: 2025-01-01}",
            "      - {number: b, capacity_kw: 1, from: 2025-01-01, to: 2026-01-01}",
            "      - {number: c, capacity_kw: 1}",
        )
    )
    assert [meter.period for meter in declared.meters] == [
        Period(None, midnight(2025)),
        Period(midnight(2025), midnight(2026)),
        ALWAYS,
    ]
    assert [meter.station_load_kw for meter in declared.meters] == [Decimal("0.05"), None, None]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("from: 2025-01-01, to: 2025-01-01", "not after from 2025-01-01; to is exclusive"),
        ("from: yesterday", "meters[0].from: 'yesterday': not a date"),
        ("station_load_kw: -1", "greater than or equal to 0"),
        ("frm: 2025-01-01", "did you mean from?"),
        ("starts: 2025-01-01", "meters[0].starts: unknown key"),
    ],
)
def test_what_is_wrong_with_a_meter_is_told_with_its_line(keys, said):
    ((line, text),) = faults(
        project("    meters:", f"      - {{number: m, capacity_kw: 1, {keys}}}")
    )
    assert line == 5
    assert said in text


TWO = """
projects:
  - id: east
    timezone: America/Denver
    meters: [{number: m, capacity_kw: 1, to: 2025-01-01}]
  - id: west
    timezone: America/Denver
    meters:
      - {number: m, capacity_kw: 1, from: 2025-01-01}
"""


def test_a_meter_may_be_in_several_projects_one_after_the_other():
    east, west = read_projects(TWO)
    assert east.meters[0].period == Period(None, midnight(2025))
    assert west.meters[0].period == Period(midnight(2025), None)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "from: 2025-01-01",
            "from: 2024-12-31",
            "is declared on line 5 already, for the same time",
        ),
        (
            "west\n    timezone: America/Denver",
            "west\n    timezone: America/Boise",
            (
                "is also in project east (line 5), which has other intervals; give both"
                " projects the same timezone and interval_seconds"
            ),
        ),
        ("west\n", "west\n    interval_seconds: 900\n", "which has other intervals"),
        (
            "capacity_kw: 1, from",
            "capacity_kw: 2, from",
            "has capacity_kw 2 here and 1 on line 5; a meter has the same value in all",
        ),
        (
            "capacity_kw: 1, from",
            "capacity_kw: 1, station_load_kw: 0, from",
            "has station_load_kw 0 here and none on line 5",
        ),
        ("capacity_kw: 1, from", "capacity_kw: 1, integration: linear, from", "integration linear"),
        ("capacity_kw: 1, from", "capacity_kw: 1, hold_limit_seconds: 9, from", "seconds 9 here"),
    ],
)
def test_projects_of_one_meter_agree(before, after, said):
    assert before in TWO
    ((line, text),) = faults(TWO.replace(before, after))
    assert line == (10 if after.count("\n") > before.count("\n") else 9)
    assert text.startswith("meter m ")
    assert said in text
