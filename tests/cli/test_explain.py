"""`gridfeed explain`: a number, what it was made from, and whether it comes out again."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from gridfeed.domain.calendar.instants import instant, microseconds
from gridfeed.domain.telemetry.block import encode
from gridfeed.domain.words import PointQuality
from tests import reference
from tests.cli import program
from tests.domain.telemetry.series import columns_of

MW, MINUTE = 10**12, 60_000_000  # in 10^-9 kW, in microseconds
START = datetime(2026, 3, 1, 12, tzinfo=UTC)  # 05:00 in Denver
PROJECT = """
projects:
  - id: east
    timezone: America/Denver
    interval_seconds: 900
    meters:
      - {number: e-1, capacity_kw: 100000, hold_limit_seconds: 900}
"""
SOURCE = """
INSERT INTO ingest_source (stream, topic, kafka_partition, next_offset, published_offset)
VALUES ($1, $2, 3, $3, $4) RETURNING source_id
"""
BLOCK = """
INSERT INTO sample_block (meter_id, channel, interval_start, source_id, samples, through_offset,
  block)
SELECT meter_id, 'GROSS', $1, $2, 1, 1, $3 FROM meter
"""
VALUE = """
INSERT INTO interval_value (meter_id, production_format, channel, interval_start, interval_seconds,
  energy_microkwh, mean_microkw, peak_microkw, quality, samples, coverage_us, longest_gap_us,
  settlement_version, issued_at)
SELECT meter_id, $1, $2, $3, 900, $4, $5, $6, $7, $8, $9, $10, $11, $12 FROM meter
"""
READ = """
INSERT INTO settlement_read (meter_id, channel, interval_start, interval_seconds,
  settlement_version, energy_microkwh, quality, read_at, source_id, kafka_offset)
SELECT meter_id, 'NET', $1, 900, $2, $3, 'valid', $1, $4, $5 FROM meter
"""
VINTAGE = """
INSERT INTO forecast_vintage (meter_id, production_format, interval_start, interval_seconds,
  issued_at, in_time, power_microkw, source_id, kafka_offset)
SELECT meter_id, 'forecast_day_ahead', $1, 900, $2, $3, $4, $5, $6 FROM meter
"""


@pytest.fixture
def plant(database_url):
    program.succeed("projects", "apply", "-", stdin=PROJECT, database_url=database_url)
    return Plant(database_url)


class Plant:
    """One meter's rows, put in as a worker does."""

    def __init__(self, url):
        self.url = url

    def execute(self, statement, *arguments):
        async def executed():
            connection = await asyncpg.connect(self.url)
            try:
                return await connection.fetchval(statement, *arguments)
            finally:
                await connection.close()

        return asyncio.run(executed())

    def source(self, stream="telemetry", next_offset=100, published_offset=100):
        topic = {"telemetry": "scada.telemetry", "reads": "meter.reads"}.get(stream, "forecasts")
        source_id = self.execute(SOURCE, stream, topic, next_offset, published_offset)
        self.execute("INSERT INTO meter_source SELECT meter_id, $1 FROM meter", source_id)
        return source_id

    def telemetry(self, source_id, *samples):
        """Store (minute, MW, quality, offset), and the value of 12:00 that the reference makes."""
        told = [
            reference.Sample(
                microseconds(START) + minute * MINUTE, power * MW, quality, source_id, offset
            )
            for minute, power, quality, offset in samples
        ]
        rule = reference.Rule(15 * MINUTE, 0, 15 * MINUTE, linear=False)
        starts = {reference.interval_of(sample.observed_at_us, rule) for sample in told}
        for start in starts:
            inside = [each for each in told if reference.interval_of(each[0], rule) == start]
            self.execute(BLOCK, instant(start), source_id, encode(columns_of(inside), start))
        value = reference.values(told, rule)[microseconds(START)]
        self.value("scada", "GROSS", **value._asdict())

    def value(self, production_format, channel, **columns):
        names = ("energy", "mean", "peak", "quality", "samples", "coverage_us", "longest_gap_us",
                 "settlement_version", "issued_at")  # fmt: skip
        given = [columns.get(name) for name in names]
        start = columns.get("start", START)
        self.execute(VALUE, production_format, channel, start, *given)

    def explain(self, segment, *options):
        return program.succeed("explain", segment, *options, database_url=self.url)

    def told(self, segment, *options):
        return json.loads(self.explain(segment, "--json", *options))

    def refused(self, segment, *options):
        result = program.run("explain", segment, *options, database_url=self.url)
        assert result.exit_code == 1
        return result.stderr


GOOD, BAD = PointQuality.GOOD, PointQuality.BAD
NUMBERS = ["e#1", "#", "a#05:00", "50%", "rack/7?x", "a:b", "dağ", "e-1:scada:2026-03-01:900#x"]
SCADA = "e-1:scada:2026-03-01:900"


def test_samples_come_with_their_hold_and_their_place_in_kafka(plant):
    plant.telemetry(plant.source(), (-7, 12, GOOD, 4), (3, 18, GOOD, 5), (11, 6, BAD, 6))

    (interval,) = plant.told(SCADA, "--at", "05:00")["intervals"]

    assert [
        (part["seconds"], part["power_kw"] and part["power_kw"][0], part["sample"]["offset"])
        for part in interval["parts"]
    ] == [
        ("180.000000", "12000.000000", 4),
        ("480.000000", "18000.000000", 5),
        ("240.000000", None, 6),
    ]
    assert [part["carry_in"] for part in interval["parts"]] == [True, False, False]
    assert interval["parts"][2]["why"] == "gap: a BAD sample covers nothing"
    first = interval["parts"][0]["sample"]
    assert (first["topic"], first["partition"]) == ("scada.telemetry", 3)
    assert first["observed_at"] == "2026-03-01T11:53:00Z"


def test_the_stored_number_comes_out_again(plant):
    plant.telemetry(plant.source(), (-7, 12, GOOD, 4), (3, 18, GOOD, 5), (11, 6, BAD, 6))

    (interval,) = plant.told(SCADA)["intervals"]

    # 180 MW-minutes of 11 minutes, scaled to 15.
    assert interval["energy_kwh"] == interval["recomputed_energy_kwh"] == "4090.909091"
    assert (interval["quality"], interval["equal"]) == ("estimated", True)
    assert interval["coverage_seconds"] == "660.000000"


def test_a_stored_number_that_does_not_come_out_again_is_said_to_differ(plant):
    plant.telemetry(plant.source(), (0, 10, GOOD, 1))
    plant.execute("UPDATE interval_value SET energy_microkwh = energy_microkwh + 1")

    assert plant.told(SCADA)["intervals"][0]["equal"] is False
    assert "DIFFERS" in plant.explain(SCADA)


@pytest.mark.embedded
def test_it_prints_the_table_and_the_reasons(plant):
    plant.telemetry(plant.source(), (-7, 12, GOOD, 4), (3, 18, GOOD, 5), (11, 6, BAD, 6))

    text = plant.explain(f"{SCADA}#05:00")

    assert "GROSS 05:00:00-0700 (2026-03-01T12:00:00Z to 2026-03-01T12:15:00Z)" in text
    assert "stored: energy 4090.909091 kWh, mean 16363.636364 kW, peak 18000.000000 kW" in text
    assert "recomputed: 4090.909091 kWh: equal" in text
    assert "- from 50% to 95% known: estimated, scaled to the interval" in text
    assert "scada.telemetry/3@5" in text
    assert "carried in, held" in text


def test_values_ahead_of_the_stored_samples_are_announced(plant):
    plant.telemetry(plant.source(next_offset=50, published_offset=90), (0, 10, GOOD, 1))

    (note,) = plant.told(SCADA)["intervals"][0]["notes"]

    assert note.startswith("values of scada.telemetry/3 are published ahead of its stored raw samp")
    assert "GRIDFEED_CHECKPOINT_SECONDS" in note


def test_a_corrected_interval_tells_what_it_was(plant):
    plant.telemetry(plant.source(), (0, 10, GOOD, 1))
    plant.execute(
        "INSERT INTO interval_version SELECT (jsonb_populate_record(null::interval_version,"
        ' to_jsonb(v) || \'{"energy_microkwh": 7, "replaced_at": "2026-03-02T00:00:00Z"}\')).*'
        " FROM interval_value v"
    )

    _, former = plant.told(SCADA)["intervals"][0]["published"]

    assert (former["energy_kwh"], former["replaced_at"]) == ("0.000007", "2026-03-02T00:00:00Z")


@pytest.mark.embedded
def test_of_a_settlement_every_version_is_shown_and_which_is_current_and_why(plant):
    source = plant.source("reads")
    plant.execute(READ, START, 1, 2_000_000, source, 8)
    plant.execute(READ, START, 0, 1_000_000, source, 9)
    plant.value("settlement", "NET", energy=2_000_000, quality="valid", settlement_version=1)

    shape = plant.told("e-1:settlement:2026-03-01:900", "--at", "2026-03-01T12:05:00Z")
    (interval,) = shape["intervals"]

    assert [
        (each["settlement_version"], each["energy_kwh"], each["offset"], each["current"])
        for each in interval["versions"]
    ] == [(1, "2.000000", 8, True), (0, "1.000000", 9, False)]
    assert interval["versions"][1]["why"] == "settlement version 1 supersedes it"
    assert interval["equal"]


def test_of_a_forecast_every_vintage_is_shown_with_the_gate(plant):
    source = plant.source("forecasts")
    issued = [datetime(2026, 2, 28, hour, tzinfo=UTC) for hour in (10, 14)]
    late = datetime(2026, 3, 1, 8, tzinfo=UTC)
    for offset, (at, in_time) in enumerate([(issued[0], True), (issued[1], True), (late, False)]):
        plant.execute(VINTAGE, START, at, in_time, 4_000_000 + offset, source, offset)
    plant.value("forecast_day_ahead", "GROSS", energy=1_000_000, mean=4_000_001)

    (interval,) = plant.told("e-1:forecast_day_ahead:2026-03-01:900#05:00")["intervals"]

    assert interval["gate"] == "2026-03-01T07:00:00Z"  # midnight in Denver
    assert [(each["offset"], each["current"]) for each in interval["vintages"]] == [
        (1, True),
        (0, False),
        (2, False),
    ]
    # 4.000001 kW for a quarter of an hour is 1.00000025 kWh.
    assert (interval["recomputed_energy_kwh"], interval["equal"]) == ("1.000000", True)
    assert interval["vintages"][2]["why"] == "issued after the gate"


@pytest.mark.parametrize(
    ("segment", "said"),
    [
        ("e-1:scada:yesterday:900", "'e-1:scada:yesterday:900' is not a segment id"),
        ("nobody:scada:2026-03-01:900", "meter nobody is not declared"),
        (SCADA, "nothing is published for e-1, scada, intervals of 900 s"),
        (f"{SCADA}#noon", "'noon' does not name an interval"),
    ],
)
def test_what_cannot_be_explained_is_answered_with_what_could(plant, segment, said):
    assert said in plant.refused(segment)


def test_a_time_that_is_in_no_stored_interval_says_how_many_there_are(plant):
    plant.telemetry(plant.source(), (0, 10, GOOD, 1))

    assert "1 intervals of the segment are published" in plant.refused(SCADA, "--at", "12:00")


def test_a_time_of_day_that_comes_twice_means_two_intervals(plant):
    # 2025-11-02 01:30 in Denver is 07:30 and 08:30 in UTC.
    for hour in (7, 8):
        at = datetime(2025, 11, 2, hour, 30, tzinfo=UTC)
        plant.value("scada", "GROSS", energy=1_000_000, start=at)

    shape = plant.told("e-1:scada:2025-11-02:900#01:40")

    starts = [datetime.fromisoformat(each["interval_start"]) for each in shape["intervals"]]
    assert starts[1] - starts[0] == timedelta(hours=1)


@pytest.mark.parametrize("number", NUMBERS)
def test_any_meter_number_is_explained_whole_and_by_interval(plant, number):
    plant.execute("UPDATE meter SET meter_number = $1", number)
    plant.telemetry(plant.source(), (0, 10, GOOD, 1))

    name = f"{number}:scada:2026-03-01:900"
    for behind in ("", "#05:00", "#2026-03-01T12:00:00.0000000Z", "#2026-03-01t12:00:00z"):
        shape = plant.told(f"{name}{behind}", "--as-of", "2100-01-01t00:00:00.000000000z")
        assert shape["cds_usagesegment_id"] == name
        assert [each["energy_kwh"] for each in shape["intervals"]] == ["2500.000000"]
