"""`gridfeed vee`: findings, proposals, and estimates that are published."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from tests.cli import program

MIDNIGHT = datetime(2026, 3, 1, 7, tzinfo=UTC)  # in Denver
PROJECT = """
projects:
  - id: east
    timezone: America/Denver
    interval_seconds: 900
    meters:
      - {number: e-1, capacity_kw: 100, hold_limit_seconds: 900}
"""
VALUE = """
INSERT INTO interval_value (meter_id, production_format, channel, interval_start, interval_seconds,
  energy_microkwh, quality)
SELECT meter_id, $1, $2, $3, 900, $4, 'valid' FROM meter
"""
SERIES = """
INSERT INTO series SELECT DISTINCT meter_id, production_format, channel, now() FROM interval_value
"""
REGISTER = """
INSERT INTO register_read (meter_id, register, digits, multiplier, value, read_at, source_id,
  kafka_offset, recorded_at)
SELECT meter_id, 'total', 5, 1, $1, $2, 1, $3, now() FROM meter
"""
DAY = ("--start", "2026-03-01", "--end", "2026-03-02")
WHO = ("--who", "ana", "--why", "modem failed")


class Plant:
    """One meter's values, put in beside the program."""

    def __init__(self, url):
        self.url = url

    def ask(self, how, statement, *arguments):
        async def asked():
            connection = await asyncpg.connect(self.url)
            try:
                return await getattr(connection, how)(statement, *arguments)
            finally:
                await connection.close()

        return asyncio.run(asked())

    def values(self, energies, production_format="settlement", channel="NET"):
        """Quarter-hours from local midnight, in kWh; None: no row."""
        rows = [
            (production_format, channel, MIDNIGHT + place * timedelta(minutes=15), energy * 10**6)
            for place, energy in enumerate(energies)
            if energy is not None
        ]
        self.ask("executemany", VALUE, rows)
        self.ask("execute", SERIES + " ON CONFLICT DO NOTHING")

    def run(self, *words, meter="e-1"):
        return program.run("vee", *words, "--meter", meter, database_url=self.url)

    def told(self, *words):
        result = self.run(*words, "--json")
        assert result.exit_code == 0, (result.output, result.exception)
        return json.loads(result.stdout)

    def refused(self, *words, meter="e-1", code=1):
        result = self.run(*words, meter=meter)
        assert result.exit_code == code, result.output
        return result.stderr


@pytest.fixture
def plant(database_url):
    program.succeed("projects", "apply", "-", stdin=PROJECT, database_url=database_url)
    return Plant(database_url)


SETTLEMENT = ("--format", "settlement", *DAY)


def test_a_check_lists_what_is_missing_or_implausible_and_counts_it(plant):
    plant.values([2, 3, None, 40, *[4, 5] * 46])
    result = plant.run("check", *SETTLEMENT)
    assert result.exit_code == 0, result.output
    assert "2026-03-01 00:30:00-07:00" in result.stdout
    assert "96 intervals: 1 gap, 1 spike, 1 high_limit" in result.stdout


def test_a_check_prints_json_as_the_api_does(plant):
    plant.values([2, 3, None, 4])
    told = plant.told("check", "--format", "settlement", "--start", "2026-03-01T07:00:00Z",
                      "--end", "2026-03-01T08:00:00Z")  # fmt: skip
    assert (told["checked"], told["flagged"]) == (4, 1)
    assert told["intervals"][0]["interval_start"] == "2026-03-01T07:30:00Z"
    assert told["thresholds"]["stuck_hours"] == 2.0


def test_a_check_as_of_an_earlier_instant_sees_what_was_published_then(plant):
    plant.values([2, 3, None, 4])
    assert plant.told("check", *SETTLEMENT, "--as-of", "2020-01-01T00:00:00Z")["checked"] == 0


def test_a_proposal_publishes_nothing(plant):
    plant.values([2, 3, None, 5])
    told = plant.told("estimate", *SETTLEMENT[:2], "--start", "2026-03-01", "--end",
                      "2026-03-01T08:00:00Z")  # fmt: skip
    (proposal,) = told["proposals"]
    (estimate,) = proposal["estimates"]
    assert (estimate["energy_kwh"], estimate["method"]) == ("4.000000", "linear")
    assert told["published"] is None
    assert plant.ask("fetchval", "SELECT count(*) FROM edit") == 0


@pytest.mark.embedded
def test_applied_estimates_are_published_as_estimated_with_method_and_inputs(plant):
    plant.values([2, 3, None, 5])
    hour = ("--format", "settlement", "--start", "2026-03-01", "--end", "2026-03-01T08:00:00Z")
    assert plant.told("estimate", *hour, "--apply", *WHO)["published"]["intervals"] == 1
    row = plant.ask(
        "fetchrow",
        "SELECT v.energy_microkwh, v.quality::text, v.cause::text, i.method, i.inputs, e.who, e.why"
        " FROM interval_value v JOIN edited_interval i USING (meter_id, interval_start)"
        " JOIN edit e USING (edit_id)",
    )
    assert tuple(row)[:4] == (4_000_000, "estimated", "estimate", "linear")
    assert json.loads(row["inputs"])["sum_kwh"] == "4.000000"
    assert (row["who"], row["why"]) == ("ana", "modem failed")
    assert plant.told("check", *hour)["flagged"] == 0


def test_a_long_hole_takes_telemetrys_shape_and_the_registers_total(plant):
    settled = [*[4] * 4, *[None] * 12, *[5] * 4]
    plant.values(settled)
    plant.values([2] * 4 + list(range(1, 13)) + [2] * 4, "scada", "GROSS")
    for place, (value, hours) in enumerate((("00100", 0), ("00292", 5))):
        plant.ask("execute", REGISTER, value, MIDNIGHT + timedelta(hours=hours), place)
    span = ("--format", "settlement", "--start", "2026-03-01", "--end", "2026-03-01T12:00:00Z")
    told = plant.told("estimate", *span, "--total-kwh", "register")
    estimates = told["proposals"][0]["estimates"]
    # 192 kWh counted, 36 kWh known: 156 kWh on the shape of 1 + 2 + … + 12 = 78 kWh.
    assert [each["energy_kwh"] for each in estimates] == [f"{2 * n}.000000" for n in range(1, 13)]
    assert {each["method"] for each in estimates} == {"scada_shape"}
    assert estimates[0]["inputs"]["total"]["sum_kwh"] == "156.000000"


def test_a_flagged_value_can_be_estimated_too(plant):
    plant.values([4, 4, 40, 4, 5])
    span = ("--format", "settlement", "--start", "2026-03-01", "--end", "2026-03-01T08:15:00Z")
    told = plant.told("estimate", *span, "--flag", "spike")
    (estimate,) = told["proposals"][0]["estimates"]
    assert estimate["energy_kwh"] == "4.000000"


def test_what_no_rung_carries_is_left_and_said(plant):
    plant.values([4, *[None] * 12, 4])
    span = ("--format", "settlement", "--start", "2026-03-01", "--end", "2026-03-01T10:30:00Z")
    result = plant.run("estimate", *span)
    assert "NET: 0 estimates, sum 0.000000 kWh; 12 intervals have none" in result.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check", "--start", "tomorrow", "--end", "2026-03-02"), "--start='tomorrow'"),
        (("check", "--start", "2026-03-02", "--end", "2026-03-01"), "is not after"),
        (("check", "--start", "2026-03-01T00:00:00", "--end", "2026-03-02"), "without an offset"),
        (("check", *DAY, "--as-of", "now"), "--as-of='now'"),
        (("estimate", *SETTLEMENT, "--total-kwh", "much"), "--total-kwh"),
        (("estimate", *SETTLEMENT, "--total-kwh", "register"), "needs one register"),
        (("estimate", *SETTLEMENT, "--total-kwh", "5"), "Leave --total-kwh out"),
        (
            ("estimate", *SETTLEMENT[:4], "--end", "2100-01-01", "--total-kwh", "5"),
            "--end is in the future",
        ),
    ],
)
def test_what_cannot_be_done_is_answered_with_what_could(plant, words, said):
    plant.values([4])
    assert said in plant.refused(*words)


def test_an_unknown_meter_is_answered(plant):
    assert "meter nobody is not declared" in plant.refused("check", *DAY, meter="nobody")


@pytest.mark.parametrize("words", [(), ("--who", "ana"), ("--who", " ", "--why", "x")])
def test_nothing_is_applied_without_who_and_why(plant, words):
    plant.values([2, None, 4])
    assert "kept for ever" in plant.refused("estimate", *SETTLEMENT, "--apply", *words, code=2)
    assert plant.ask("fetchval", "SELECT count(*) FROM edit") == 0


def test_forecasts_are_not_measured(plant):
    said = plant.refused("check", *DAY, "--format", "forecast_day_ahead", code=2)
    assert "scada or settlement" in said
