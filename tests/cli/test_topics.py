"""`gridfeed topics`: what is there, what is missing, what would lose readings."""

import asyncio
import json

import pytest

from gridfeed.kafka.topics import Stream, input_topics, topic_specs
from gridfeed.settings import Settings
from tests.cli import program
from tests.services import create_topics

NAMES = [
    "scada.telemetry",
    "meter.reads",
    "forecasts",
    "meter.registers",
    "segments.changes",
    "dead.letters",
]


@pytest.fixture
def cluster(kafka, topic_suffix):
    return {"kafka_bootstrap": kafka, "topic_prefix": f"{topic_suffix}.", "topic_partitions": 3}


def listed(cluster, *options, **settings):
    prefix = cluster["topic_prefix"]
    found = json.loads(program.succeed("topics", "--json", *options, **cluster, **settings))
    return {each["topic"].removeprefix(prefix): each for each in found}


def create(cluster, topic, **config):
    name = f"{cluster['topic_prefix']}{topic}"
    asyncio.run(create_topics(cluster["kafka_bootstrap"], name, config=config))
    return name


def test_every_input_topic_has_its_stream_and_its_tenant():
    assert input_topics(Settings(tenants="acme, sun")) == {
        "scada.telemetry": (Stream.TELEMETRY, None),
        "meter.reads": (Stream.READS, None),
        "forecasts": (Stream.FORECASTS, None),
        "meter.registers": (Stream.REGISTERS, None),
        "scada.telemetry.acme": (Stream.TELEMETRY, "acme"),
        "meter.reads.acme": (Stream.READS, "acme"),
        "forecasts.acme": (Stream.FORECASTS, "acme"),
        "meter.registers.acme": (Stream.REGISTERS, "acme"),
        "scada.telemetry.sun": (Stream.TELEMETRY, "sun"),
        "meter.reads.sun": (Stream.READS, "sun"),
        "forecasts.sun": (Stream.FORECASTS, "sun"),
        "meter.registers.sun": (Stream.REGISTERS, "sun"),
    }


def test_topics_keep_the_brokers_time_and_dead_letters_for_ever():
    specs = {spec.name: spec for spec in topic_specs(Settings(changes_retention_days=7))}
    assert {spec.config["message.timestamp.type"] for spec in specs.values()} == {"LogAppendTime"}
    assert {name: spec.config["retention.ms"] for name, spec in specs.items()} == {
        "scada.telemetry": "2592000000",  # 30 days
        "meter.reads": "2592000000",
        "forecasts": "2592000000",
        "meter.registers": "2592000000",
        "segments.changes": "604800000",  # 7 days
        "dead.letters": "-1",
    }


def test_looking_at_missing_topics_does_not_create_them(cluster):
    for _ in range(2):
        found = listed(cluster)
        assert list(found) == NAMES
        assert not any(each["exists"] for each in found.values())


def test_create_makes_the_missing_ones_and_only_those(cluster):
    made = listed(cluster, "--create")
    assert all(each["exists"] and each["created"] for each in made.values())
    assert {each["partitions"] for each in made.values()} == {3}
    assert made["dead.letters"]["config"]["retention.ms"] == "-1"
    assert made["scada.telemetry"]["config"]["message.timestamp.type"] == "LogAppendTime"
    assert not any(each["created"] for each in listed(cluster, "--create").values())
    more = listed(cluster, "--create", tenants="acme")
    assert [name for name, each in more.items() if each["created"]] == [
        "scada.telemetry.acme",
        "meter.reads.acme",
        "forecasts.acme",
        "meter.registers.acme",
    ]
    assert more["meter.reads.acme"]["tenant"] == "acme"


def test_a_topic_that_keeps_the_producers_time_is_warned_of_with_the_command(cluster):
    name = create(cluster, "meter.reads", **{"message.timestamp.type": "CreateTime"})
    result = program.run("topics", **cluster)
    assert result.exit_code == 0
    (warning,) = result.stderr.splitlines()
    assert warning.startswith(f"warning: {name}: it keeps the producer's time")
    assert warning.endswith(
        f"kafka-configs.sh --bootstrap-server {cluster['kafka_bootstrap']} --alter --entity-type"
        f" topics --entity-name {name} --add-config message.timestamp.type=LogAppendTime"
    )


def test_the_table_tells_missing_from_present(cluster):
    create(cluster, "forecasts")
    rows = [line.split()[:2] for line in program.succeed("topics", **cluster).splitlines()]
    assert [f"{cluster['topic_prefix']}forecasts", "present"] in rows
    assert [f"{cluster['topic_prefix']}meter.reads", "missing"] in rows
