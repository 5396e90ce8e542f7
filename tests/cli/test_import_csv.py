"""`gridfeed import csv`: what a file says is what lies on Kafka, to the last digit."""

import os
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.cli import program
from tests.cli.imported import Import
from tests.cli.kafka_beside import records
from tests.cli.kafka_contents import contents
from tests.cli.up_process import COMMAND

READS = "meter_number,interval_start,interval_seconds,energy_kwh"
TELEMETRY = "meter_number,observed_at,power_kw"


@pytest.fixture
def csv(kafka, topic_suffix, tmp_path):
    return Import(kafka, f"{topic_suffix}.", tmp_path)


def test_reads_are_exact_and_have_the_documented_defaults(csv):
    rows = f"{READS}\nm-1,2026-03-01T00:00:00Z,900,-0.000001\nm-1,2026-03-01T01:15+01:00,900,12.5\n"
    csv.file.write_text(rows)
    written = datetime(2026, 3, 2, 12, tzinfo=UTC)
    os.utime(csv.file, (written.timestamp(), written.timestamp()))
    assert csv.sent("reads", None) == 2
    first, second = csv.reads(2)
    assert first == {
        "meter_number": "m-1",
        "interval_start": datetime(2026, 3, 1, tzinfo=UTC),
        "interval_seconds": 900,
        "energy_kwh": Decimal("-0.000001"),
        "channel": "NET",
        "quality": "VALID",
        "settlement_version": 0,
        "read_at": written,
    }
    assert second["interval_start"] == datetime(2026, 3, 1, 0, 15, tzinfo=UTC)
    assert second["energy_kwh"] == Decimal("12.500000")


def test_every_optional_column_of_reads_is_taken(csv):
    header = f"{READS},channel,quality,settlement_version,read_at"
    row = "m-1,2026-03-01T00:00Z,900,999999999999.999999,gross,REVENUE,2,2026-03-03T04:05:06.789Z"
    assert csv.sent("reads", f"{header}\n{row}\n") == 1
    (read,) = csv.reads(1)
    assert read["energy_kwh"] == Decimal("999999999999.999999")
    assert (read["channel"], read["quality"], read["settlement_version"]) == ("GROSS", "REVENUE", 2)
    assert read["read_at"] == datetime(2026, 3, 3, 4, 5, 6, 789000, tzinfo=UTC)


def test_sending_a_file_again_sends_the_same_bytes(csv):
    for _ in range(2):
        csv.sent("reads", f"{READS}\nm-1,2026-03-01T00:00Z,900,1\n")
        os.utime(csv.file, (1, 1))
    csv.sent("reads", None)
    csv.sent("reads", None)
    values = [record.value for record in records(csv.kafka, f"{csv.prefix}meter.reads", 4)]
    assert values[2] == values[3]


def test_telemetry_is_sent_with_quality_and_channel(csv):
    header = f"{TELEMETRY},quality,channel"
    rows = "m-1,2026-03-01T00:00:00Z,-0.5,BAD,STATION_LOAD\nm-1,2026-03-01T00:00:01.5Z,1.66E-06,,\n"
    assert csv.sent("telemetry", f"{header}\n{rows}") == 2
    assert csv.telemetry(2) == [
        {
            "meter_number": "m-1",
            "observed_at": datetime(2026, 3, 1, tzinfo=UTC),
            "power_kw": -0.5,
            "quality": "BAD",
            "channel": "STATION_LOAD",
        },
        {
            "meter_number": "m-1",
            "observed_at": datetime(2026, 3, 1, 0, 0, 1, 500000, tzinfo=UTC),
            "power_kw": 1.66e-06,
            "quality": "GOOD",
            "channel": "GROSS",
        },
    ]


def test_a_logger_file_without_meter_and_offset_is_read_in_its_zone(csv):
    rows = "observed_at,power_kw\n" + "".join(
        f"2025-10-26 {time},1\n" for time in ("01:30", "02:00", "02:30", "02:00", "02:30", "03:00")
    )
    options = ("--meter", "m-7", "--timezone", "Europe/Amsterdam")
    assert csv.sent("telemetry", rows, *options) == 6
    found = csv.telemetry(6)
    assert {each["meter_number"] for each in found} == {"m-7"}
    times = [f"{each['observed_at']:%H:%M}" for each in found]
    assert times == ["23:30", "00:00", "00:30", "01:00", "01:30", "02:00"]


def test_standard_input_a_mark_of_excel_and_blank_lines_are_accepted(csv):
    rows = [READS, "m-1,2026-03-01T00:00Z,900,1", "", ",,,", "m-1,2026-03-01T00:15Z,900,2", ""]
    text = "\ufeff" + "\r\n".join(rows)
    assert csv.sent("reads", None, stdin=text.encode()) == 2
    assert [read["energy_kwh"] for read in csv.reads(2)] == [Decimal(1), Decimal(2)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_an_export_of_excel_is_read_with_its_options(csv, encoding):
    rows = [
        "meter_number\tinterval_end\tinterval_seconds\tenergy_mwh",
        "zähler\t2026-03-01 24:00\t900\t0,5",
    ]
    options = ("--delimiter", "tab", "--decimal", ",", "--unit", "MWh", "--interval-ending")
    text = "\r\n".join(rows).encode(encoding)
    assert csv.sent("reads", text, *options, "--timezone", "Europe/Amsterdam") == 1
    (read,) = csv.reads(1)
    assert (read["meter_number"], read["energy_kwh"]) == ("zähler", Decimal(500))
    assert read["interval_start"] == datetime(2026, 3, 1, 22, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("telemetry", ("--unit", "kWh"), "--unit kWh: rows of telemetry are in kW, MW or W"),
        ("reads", ("--unit", "MW"), "--unit MW: rows of reads are in kWh, MWh or Wh"),
        ("registers", ("--unit", "MWh"), "have their unit in the column multiplier"),
        (
            "telemetry",
            ("--interval-ending",),
            "--interval-ending: rows of telemetry have no intervals",
        ),
        ("reads", ("--delimiter", ";;"), "';;' is not a delimiter; give one like ';', '|' or tab"),
        ("reads", ("--decimal", ";"), "is not one of '.', ','"),
        ("reads", ("--wait", "0"), "greater than or equal to 1"),
    ],
)
def test_an_option_that_does_not_fit_is_refused(csv, kind, options, said):
    result = csv.run(kind, READS, *options)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.replace("│", "").split())


def test_a_tenants_topic_is_used_when_asked_for(csv):
    text = f"{READS}\nm-1,2026-03-01T00:00Z,900,1\n"
    assert csv.sent("reads", text, "--tenant", "acme", tenants="acme") == 1
    csv.decoded("meter.reads.acme", "RevenueRead", 1)


def test_a_tenant_without_topics_is_told(csv):
    result = csv.run("reads", f"{READS}\n", "--tenant", "acme")
    assert result.exit_code == 1
    assert "Add the tenant to GRIDFEED_TENANTS" in result.stderr


def test_a_missing_topic_is_told_with_the_command(kafka, topic_suffix, tmp_path):
    (tmp_path / "a.csv").write_text(READS)
    arguments = ("import", "csv", str(tmp_path / "a.csv"), "--as", "reads")
    result = program.run(*arguments, kafka_bootstrap=kafka, topic_prefix=f"{topic_suffix}.")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[1] == "Run `gridfeed topics --create`."


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("m-1,2026-03-01T00:00,900,1", "2026-03-01 00:00:00 has no offset; write"),
        ("m-1,01.03.2026 00:00,900,1", "write one like 2026-03-01T06:15:00Z"),
        ("m-1,2026-03-01,900,1", "write one like 2026-03-01T06:15:00Z"),
        ("m-1,2026-02-29T00:00Z,900,1", "is not a time: day"),
        ("m-1,0001-01-01T00:00+10:00,900,1", "the year must be between 1901 and 8999"),
        ("m-1,2026-03-01T00:00Z,15min,1", "interval_seconds: '15min' is not a whole number"),
        ("m-1,2026-03-01T00:00Z,0,1", "interval_seconds: '0' is not a whole number from 1"),
        ("m-1,2026-03-01T00:00Z,900,1.0000001", "1.0000001 has more than 6 decimals"),
        ("m-1,2026-03-01T00:00Z,900,1000000000000", "more than 12 digits before the point"),
        ("m-1,2026-03-01T00:00Z,900,1e999", "more than 12 digits before the point"),
        ("m-1,2026-03-01T00:00Z,900,NaN", "energy_kwh: 'NaN' is not a number"),
        ('m-1,2026-03-01T00:00Z,900,"1,5"', "energy_kwh: '1,5' is not a number"),
        ("m-1,2026-03-01T00:00Z,900,", "energy_kwh: is empty"),
        ("m 1,2026-03-01T00:00Z,900,1", "meter_number: 'm 1' is not a meter number"),
        ("m-1,2026-03-01T00:00Z,900", "3 cells, but the header names 4 columns"),
        ('m-1,2026-03-01T00:00Z,900,"1', "no CSV: unexpected end of data"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_sent(csv, cells, said):
    first, second = csv.refused("reads", f"{READS}\nm-0,2026-03-01T00:00Z,900,1\n{cells}\n")
    assert first.startswith("3: ")
    assert said in first
    assert second == "Nothing was sent. --skip-bad sends the good rows."


def test_zeros_beyond_the_sixth_decimal_are_exact_and_accepted(csv):
    assert csv.sent("reads", f"{READS}\nm-1,2026-03-01T00:00Z,900,1.2500000000\n") == 1
    assert csv.reads(1)[0]["energy_kwh"] == Decimal("1.25")


def test_power_that_is_not_finite_is_refused(csv):
    rows = "m-1,2026-03-01T00:00Z,inf\nm-1,2026-03-01T00:00Z,1e999\n"
    first, second, _ = csv.refused("telemetry", f"{TELEMETRY}\n{rows}")
    assert first == "2: power_kw: 'inf' is not a number; write one like -12.5"
    assert second == "3: power_kw: 1e999 is beyond the range of a double"


def test_the_first_twenty_wrong_lines_are_told_at_once(csv):
    lines = csv.refused("reads", f"{READS}\n" + "m-1,now,900,1\n" * 25)
    assert [line.split(":")[0] for line in lines[:20]] == [str(number) for number in range(2, 22)]
    assert lines[20] == "and 5 more"


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("", "line 1 must name the columns: meter_number,interval_start"),
        (f"{READS},qality", "unknown column 'qality'; did you mean quality?"),
        ("meter_number,interval_start,energy_kwh", "column interval_seconds is missing"),
        (f"{READS},energy_kwh", "column 'energy_kwh' is named twice"),
        (
            "interval_start,interval_seconds,energy_kwh",
            "column meter_number is missing (or give --meter)",
        ),
        (READS.replace(",", ";"), "separated by ';', not ','; give --delimiter ';'"),
    ],
)
def test_a_wrong_header_is_told(csv, header, said):
    first, *_ = csv.refused("reads", f"{header}\n")
    assert first.startswith("1: ")
    assert said in first


def test_a_meter_may_not_be_given_twice(csv):
    assert "leave --meter out" in csv.refused("reads", READS, "--meter", "m")[0]


def test_sound_rows_of_a_bad_file_are_sent_when_asked_for(csv):
    text = f"{READS}\nm-1,2026-03-01T00:00Z,900,1\nm-1,now,900,2\nm-1,2026-03-01T00:30Z,900,3\n"
    result = csv.run("reads", text, "--skip-bad")
    assert result.exit_code == 0
    assert result.stdout.endswith("meter.reads, skipped 1 lines\n")
    assert f"{csv.file}:3: interval_start: 'now' is not a time" in result.stderr
    assert [read["energy_kwh"] for read in csv.reads(2)] == [Decimal(1), Decimal(3)]


def test_an_hour_that_cannot_be_told_is_skipped_whole(csv):
    times = ("01:30", "02:00", "02:30", "03:00")
    rows = "observed_at,power_kw\n" + "".join(f"2025-10-26 {time},1\n" for time in times)
    options = ("--meter", "m", "--timezone", "Europe/Amsterdam", "--skip-bad")
    assert csv.sent("telemetry", rows, *options) == 2
    assert [f"{each['observed_at']:%H:%M}" for each in csv.telemetry(2)] == ["23:30", "02:00"]


def test_a_file_that_is_not_utf_8_is_told(csv):
    assert "not UTF-8" in csv.refused("reads", READS.encode() + b"\nm\xe9,a,b,c\n")[0]


def test_a_zone_that_does_not_exist_is_refused(csv):
    result = csv.run("reads", READS, "--timezone", "Europe/Amsterdm")
    assert result.exit_code == 2
    assert "not an IANA time zone" in result.stderr


def test_a_file_that_does_not_exist_is_refused():
    result = program.run("import", "csv", "nowhere.csv", "--as", "reads")
    assert result.exit_code == 2
    assert "there is no file nowhere.csv" in result.stderr


def test_ctrl_c_while_sending_says_in_two_lines_what_is_there_and_what_to_do(csv):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    rows = (f"m-1,{(start + timedelta(seconds=n)).isoformat()},{n % 100}\n" for n in range(200_000))
    csv.file.write_text(f"{TELEMETRY}\n{''.join(rows)}")
    told = {f"GRIDFEED_{name.upper()}": str(text) for name, text in csv.settings.items()}
    process = subprocess.Popen(
        [*COMMAND, "import", "csv", str(csv.file), "--as", "telemetry", "--no-wait"],
        env={**os.environ, **told}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    topic = f"{csv.prefix}scada.telemetry"
    while not contents(csv.kafka, [topic], 3):
        assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    first, advice = said.splitlines()
    assert first == f"stopped while sending 200000 rows to {topic}: only some were sent"
    assert advice.startswith("Import the file again to send the rest")
