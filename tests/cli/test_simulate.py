"""`gridfeed simulate`: what is in the ledger is what is in Kafka."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from hashlib import sha256

import pytest

from cli.local.broker import EmbeddedBroker
from cli.proof.ledger import BadLedgerError, read
from gridfeed.avro.decode import TELEMETRY_RECORD, decode_telemetry
from gridfeed.avro.schemas import kept
from gridfeed.avro.writers import Writers
from gridfeed.kafka.topics import Stream, input_topic
from gridfeed.settings import Settings
from tests.cli import program
from tests.cli.kafka_contents import contents

FAST = ("--speed", "max", "--no-declare", "--disorder-seconds", "2", "--meters", "30")
START = ("--start", "2026-03-01T00:00:00Z")
PLACE = ["topic", "partition", "offset"]


@pytest.fixture
def cluster(kafka, topic_suffix):
    given = {
        "kafka_bootstrap": kafka, "topic_prefix": f"{topic_suffix}.", "topic_partitions": 3,
        "tenants": "acme",
    }  # fmt: skip
    program.succeed("topics", "--create", **given)
    return given


def simulate(cluster, file, *options):
    return program.succeed(
        "simulate", *FAST, "--seconds", "5", *options, "--ledger", str(file), **cluster
    )


def in_kafka(cluster):
    """Return every record of the topics that telemetry goes to, by its place."""
    settings = Settings(**cluster)
    topics = [input_topic(settings, Stream.TELEMETRY, tenant) for tenant in (None, "acme")]
    return contents(cluster["kafka_bootstrap"], topics, 3)


def places(records):
    return [tuple(row.values()) for row in records.select(PLACE).to_pylist()]


def test_the_ledger_holds_every_record_of_kafka_and_nothing_else(cluster, tmp_path):
    simulate(cluster, tmp_path / "a", "--spoiled", "0.2")
    ledger = read(tmp_path / "a")
    found = in_kafka(cluster)

    assert ledger.complete
    assert found.keys() == set(places(ledger.records))
    for row in ledger.records.to_pylist():
        record = found[row["topic"], row["partition"], row["offset"]]
        assert record.key == row["meter_number"].encode()
        assert row["sha256"] in (None, sha256(record.value).hexdigest())


def test_the_ledger_says_of_good_records_what_their_bytes_say(cluster, tmp_path):
    simulate(cluster, tmp_path / "a", "--bad-quality", "0.2", "--gaps", "0")
    ledger = read(tmp_path / "a")
    found = in_kafka(cluster)

    good = ledger.good
    values = [found[place].value for place in places(good)]
    telemetry, rejected = decode_telemetry(values, Writers(TELEMETRY_RECORD, kept()))

    assert rejected == []
    assert telemetry.meter_numbers.to_list() == good["meter_number"].to_pylist()
    assert telemetry.observed_at.tolist() == good["observed_at"].to_pylist()
    assert telemetry.power_kw.tolist() == good["power_kw"].to_pylist()
    assert {"GOOD", "BAD", "UNCERTAIN"} == set(good["quality"].to_pylist())


def test_spoiled_records_come_with_every_reason_of_telemetry(cluster, tmp_path):
    simulate(cluster, tmp_path / "a", "--spoiled", "0.9")

    assert set(read(tmp_path / "a").spoiled["reason"].to_pylist()) == {
        "undecodable", "unknown_schema", "unknown_meter", "not_owner", "not_finite",
        "future_timestamp", "too_late", "out_of_range",
    }  # fmt: skip


def test_the_same_seed_and_start_send_the_same(cluster, tmp_path):
    contents = []
    for name in ("a", "b", "c"):
        seed = "9" if name == "c" else "8"
        simulate(cluster, tmp_path / name, *START, "--seed", seed, "--spoiled", "0.1")
        rows = read(tmp_path / name).records.drop_columns("offset")
        contents.append(Counter(tuple(row.values()) for row in rows.to_pylist()))

    assert contents[0] == contents[1] != contents[2]


def test_the_fleet_is_declared_as_the_ledger_says(cluster, database_url, tmp_path):
    program.succeed(
        "simulate", "--speed", "max", "--seconds", "1", "--meters", "12", "--project", "night",
        "--disorder-seconds", "0", "--ledger", str(tmp_path / "a"), "--json",
        **cluster, database_url=database_url,
    )  # fmt: skip
    listed = json.loads(program.succeed("projects", "list", "--json", database_url=database_url))

    assert [each["cds_productionproject_id"] for each in listed] == ["night"]
    numbers = [meter.meter_number for meter in read(tmp_path / "a").header.meters]
    assert numbers == listed[0]["meter_numbers"] == [f"night-{place:05d}" for place in range(1, 13)]


def test_the_meters_of_a_file_send_and_nothing_is_declared(cluster, database_url, tmp_path):
    file = tmp_path / "projects.yaml"
    file.write_text(
        "projects:\n  - id: east\n    timezone: America/Denver\n    meters:\n"
        "      - {number: e-1, capacity_kw: 6, integration: linear, hold_limit_seconds: 7}\n"
    )
    simulate(cluster, tmp_path / "a", "--projects", str(file))
    (meter,) = read(tmp_path / "a").header.meters

    assert (meter.meter_number, meter.hold_limit_seconds, meter.integration) == ("e-1", 7, "linear")
    listed = program.succeed("projects", "list", "--json", database_url=database_url)
    assert json.loads(listed) == []


def any_recorded(file):
    try:
        return len(read(file).records)
    except (FileNotFoundError, BadLedgerError):  # not begun, or begun without its header yet
        return 0


def started(cluster, file, *options):
    environment = {f"GRIDFEED_{name.upper()}": str(value) for name, value in cluster.items()}
    command = [sys.executable, "-m", "cli", "simulate", "--meters", "50", "--no-declare"]
    process = subprocess.Popen(
        [*command, "--disorder-seconds", "1", "--ledger", str(file), *options],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    deadline = time.monotonic() + 60
    while not any_recorded(file):
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < deadline
        time.sleep(0.1)  # nothing announces what another process writes
    return process


def test_a_killed_simulator_leaves_a_ledger_of_what_was_acknowledged(cluster, tmp_path):
    process = started(cluster, tmp_path / "a", "--seconds", "600")
    process.send_signal(signal.SIGKILL)
    process.communicate()

    ledger = read(tmp_path / "a")
    found = in_kafka(cluster)
    assert not ledger.complete
    for row in ledger.records.to_pylist():
        record = found[row["topic"], row["partition"], row["offset"]]
        assert record.key == row["meter_number"].encode()
        assert row["sha256"] in (None, sha256(record.value).hexdigest())


def test_ctrl_c_ends_a_run_with_a_complete_ledger(cluster, tmp_path):
    process = started(cluster, tmp_path / "a", "--seconds", "600")
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)

    ledger = read(tmp_path / "a")
    assert process.returncode == 0, output
    assert ledger.complete
    assert in_kafka(cluster).keys() == set(places(ledger.records))


def test_a_broker_that_is_away_for_a_while_costs_and_doubles_nothing(tmp_path):
    broker = EmbeddedBroker(tmp_path / "broker")
    broker.start()
    try:
        cluster = {"kafka_bootstrap": broker.bootstrap, "topic_partitions": 3, "tenants": "acme"}
        program.succeed("topics", "--create", **cluster)
        process = started(cluster, tmp_path / "a", "--seconds", "5")
        os.kill(broker.pid, signal.SIGSTOP)
        time.sleep(3)  # as long as the outage
        os.kill(broker.pid, signal.SIGCONT)
        output, _ = process.communicate(timeout=60)

        ledger = read(tmp_path / "a")
        assert process.returncode == 0, output
        assert ledger.complete
        assert in_kafka(cluster).keys() == set(places(ledger.records))
        assert len(set(places(ledger.records))) == len(ledger.records)
    finally:
        broker.stop()


def test_samples_are_sent_when_they_are_observed(cluster, tmp_path):
    begun = time.monotonic()
    program.succeed(
        "simulate", "--meters", "5", "--seconds", "3", "--no-declare", "--disorder-seconds", "0",
        "--ledger", str(tmp_path / "a"), **cluster,
    )  # fmt: skip
    assert time.monotonic() - begun > 3


def test_without_topics_it_says_how_to_make_them(kafka, topic_suffix, tmp_path):
    result = program.run(
        "simulate", *FAST, kafka_bootstrap=kafka, topic_prefix=f"{topic_suffix}-none."
    )

    assert result.exit_code == 1
    assert "does not exist\nRun `gridfeed topics --create`." in result.stderr


def test_a_ledger_that_exists_is_kept(cluster, tmp_path):
    (tmp_path / "a").write_text("precious")
    result = program.run("simulate", *FAST, "--ledger", str(tmp_path / "a"), **cluster)

    assert result.exit_code == 1
    assert "Name a new file with --ledger." in result.stderr
    assert (tmp_path / "a").read_text() == "precious"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--speed", "fast"), "'fast' is not a speed; write 1 for real time, 10, or max"),
        (("--start", "2026-03-01"), "'2026-03-01' is without an offset; write one like"),
        (("--interval", "7"), "interval_seconds=7 cannot tile the 24-hour days of UTC"),
    ],
)
def test_an_option_that_makes_no_sense_is_named_with_what_would(options, said):
    result = program.run("simulate", *options)

    assert result.exit_code != 0
    assert said in " ".join(result.output.replace("│", " ").split())
