"""`gridfeed edit`: values by hand, with who and why, and back again."""

import json

import pytest

from tests.cli import program
from tests.cli.test_vee import PROJECT, Plant

WHO = ("--who", "ana", "--why", "meter test, report 77")
AT_0015 = "e-1:settlement:2026-03-01:900#00:15"
PUBLISHED = """
SELECT energy_microkwh, quality::text, cause::text FROM interval_value
WHERE interval_start = '2026-03-01T07:15:00Z' AND production_format = $1
"""
HEADER = "meter_number,production_format,channel,interval_start,interval_seconds,energy_kwh\n"


class Editor(Plant):
    def edit(self, *words, stdin=None):
        return program.run("edit", *words, stdin=stdin, database_url=self.url)

    def done(self, *words, stdin=None):
        result = self.edit(*words, "--json", stdin=stdin)
        assert result.exit_code == 0, (result.output, result.exception)
        return json.loads(result.stdout)

    def refused(self, *words, stdin=None, code=1):
        result = self.edit(*words, stdin=stdin)
        assert result.exit_code == code, result.output
        assert self.ask("fetchval", "SELECT count(*) FROM edit") == 0
        return result.stderr

    def published(self, production_format="settlement"):
        return tuple(self.ask("fetchrow", PUBLISHED, production_format))


@pytest.fixture
def plant(database_url):
    program.succeed("projects", "apply", "-", stdin=PROJECT, database_url=database_url)
    editor = Editor(database_url)
    editor.values([1, 2, 3])
    return editor


def test_a_value_is_set_generation_positive_to_the_last_digit(plant):
    assert plant.done("set", AT_0015, "3.250001", *WHO)["intervals"] == 1
    assert plant.published() == (3_250_001, "manual", "edit")


@pytest.mark.parametrize(
    ("value", "stored"), [("-0.5", (-500_000, "manual", "edit")), ("null", (None, None, "edit"))]
)
def test_a_value_may_be_negative_or_taken_away(plant, value, stored):
    plant.done("set", AT_0015, value, *WHO)
    assert plant.published() == stored


def test_what_was_billed_becomes_corrected_and_another_quality_can_be_named(plant):
    plant.ask("execute", "UPDATE interval_value SET quality = 'revenue'")
    plant.done("set", AT_0015, "3", *WHO)
    assert plant.published()[1] == "corrected"
    plant.done("set", AT_0015, "3", "--quality", "valid", *WHO)
    assert plant.published()[1] == "valid"


def test_an_interval_can_be_named_by_its_instant(plant):
    plant.done("set", "e-1:settlement:2026-03-01:900#2026-03-01T00:15:00-07:00", "3", *WHO)
    assert plant.published()[0] == 3_000_000


def test_telemetry_is_edited_with_its_mean_power(plant):
    plant.values([1, 2], "scada", "GROSS")
    plant.done("set", "e-1:scada:2026-03-01:900#00:15", "2.5", *WHO)
    assert plant.published("scada") == (2_500_000, "manual", "edit")
    mean = plant.ask("fetchval", "SELECT mean_microkw FROM interval_value WHERE cause = 'edit'")
    assert mean == 10_000_000


@pytest.mark.embedded
def test_a_withdrawal_publishes_what_was_streamed_and_both_are_listed(plant):
    edit = plant.done("set", AT_0015, "3.25", *WHO)
    plant.done("withdraw", str(edit["edit_id"]), "--who", "bo", "--why", "wrong meter")
    assert plant.published() == (2_000_000, "valid", "withdrawn")
    withdrawal, ended = plant.done("list", "--meter", "e-1")
    assert (withdrawal["kind"], withdrawal["who"], withdrawal["withdraws"]) == (
        "withdrawal", "bo", edit["edit_id"],
    )  # fmt: skip
    assert (ended["why"], ended["in_force"]) == ("meter test, report 77", 0)
    text = plant.edit("list").stdout
    assert "withdrawal of 1" in text
    assert "0 of 1" in text


@pytest.mark.embedded
def test_a_file_is_one_edit(plant):
    rows = [
        "e-1,settlement,NET,2026-03-01T00:00:00-07:00,900,7.5",
        "e-1,settlement,NET,2026-03-01T07:15:00Z,900,null",
    ]
    recorded = plant.done("csv", "-", *WHO, stdin=HEADER + "\n".join(rows))
    assert (recorded["edit_id"], recorded["intervals"]) == (1, 2)
    assert plant.published() == (None, None, "edit")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("e-1,settlement,NET,2026-03-01T00:00:00,900,1", "2: interval_start"),
        ("e-1,forecast_day_ahead,NET,2026-03-01T07:00:00Z,900,1", "2: production_format"),
        ("e-1,settlement,NET,2026-03-01T07:00:00Z,900,", "2: energy_kwh: is empty"),
        ("e-1,settlement,NET,2026-03-01T07:00:00Z,900,0.0000001", "more than 6 decimals"),
        ("nobody,settlement,NET,2026-03-01T07:00:00Z,900,1", "nobody is not declared"),
        ("e-1,settlement,NET,2026-03-01T07:05:00Z,900,1", "no interval of 900 s starts at"),
        ("e-1,settlement,NET,2026-03-01T07:00:00Z,3600,1", "overlaps part of the stored interval"),
        ("e-1,scada,GROSS,2026-03-01T07:00:00Z,3600,1", "has intervals of 900 s"),
        ("\n".join(["e-1,settlement,NET,2026-03-01T07:00:00Z,900,1"] * 2), "given twice"),
        ("", "has no rows"),
    ],
)
def test_one_row_that_cannot_be_edited_and_nothing_is_published(plant, rows, said):
    assert said in plant.refused("csv", "-", *WHO, stdin=HEADER + rows)


@pytest.mark.parametrize(
    ("interval", "value", "said"),
    [
        ("e-1:settlement:2026-03-01:900", "1", "does not name an interval"),
        ("e-1#00:15", "1", "does not name an interval"),
        ("e-1:forecast_day_ahead:2026-03-01:900#00:15", "1", "is not measured"),
        ("e-1:settlement:2026-03-01:900#25:00", "1", "is not a time"),
        ("e-1:settlement:2026-03-08:900#02:15", "1", "clocks in America/Denver skipped it"),
        ("e-1:settlement:2025-11-02:900#01:15", "1", "comes twice"),
        (AT_0015, "1,5", "is not a number"),
        ("e-1:scada:2026-03-01:900#00:15", "1", "no channel yet"),
    ],
)
def test_what_cannot_be_set_is_answered_with_what_could(plant, interval, value, said):
    assert said in plant.refused("set", interval, value, *WHO)


def test_of_several_channels_one_must_be_named(plant):
    plant.values([1, 2], channel="GROSS")
    assert "GROSS, NET" in plant.refused("set", AT_0015, "1", *WHO)
    plant.done("set", AT_0015, "1", "--channel", "GROSS", *WHO)


@pytest.mark.parametrize(
    "words", [(), ("--who", "ana"), ("--why", "x"), ("--who", " ", "--why", "x")]
)
def test_who_and_why_are_demanded(plant, words):
    plant.refused("set", AT_0015, "1", *words, code=2)


def test_only_what_is_in_force_can_be_withdrawn(plant):
    assert "there is no edit 5" in plant.refused("withdraw", "5", *WHO)


def test_a_value_of_a_meter_with_a_number_sign_is_set(plant):
    plant.ask("execute", "UPDATE meter SET meter_number = 'e#1'")
    for behind in ("00:15", "2026-03-01t07:15:00.0000000z"):
        done = plant.done("set", f"e#1:settlement:2026-03-01:900#{behind}", "3.5", *WHO)
        assert done["intervals"] == 1
    assert plant.published() == (3_500_000, "manual", "edit")
