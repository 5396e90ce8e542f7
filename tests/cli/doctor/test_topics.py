"""Topics as a cluster has them, and the commands that doctor gives."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import IncompatibleBrokerVersion

from gridfeed.kafka.topic_admin import TopicState, create_missing, inspect
from gridfeed.kafka.topic_faults import topic_faults
from gridfeed.kafka.topics import topic_specs
from gridfeed.settings import Settings
from tests.cli.doctor.conftest import checked
from tests.services import create_topics

EVERY = [spec.name for spec in topic_specs(Settings())]
INPUTS = EVERY[:4]


def fault(name, replication=1, **found):
    """Return what is seen of the one topic whose configuration differs, and the fix, or None.

    Inputs take messages of 1,500,000 bytes.
    """
    settings = Settings(topic_replication=replication, topic_partitions=3)
    differs = {key.replace("_", "."): text for key, text in found.items()}
    told = {"retention.bytes": "-1", "max.message.bytes": "1500000"}
    states = [
        TopicState(
            spec, 3, replication, told | spec.config | (differs if spec.name == name else {})
        )
        for spec in topic_specs(settings)
    ]
    faults = topic_faults(settings, states)
    assert not any(faults[other] for other in EVERY if other != name)
    return next(((each.seen, each.fix) for each in faults[name]), None)


@pytest.mark.parametrize("name", EVERY)
def test_compaction_is_named_on_every_topic(name):
    seen, fix = fault(name, cleanup_policy="compact,delete")
    assert seen.startswith("cleanup.policy is compact,delete")
    assert fix == (
        "kafka-configs.sh --bootstrap-server localhost:9092 --alter --entity-type topics"
        f" --entity-name {name} --add-config cleanup.policy=delete"
    )


@pytest.mark.parametrize(
    ("replication", "in_sync", "wanted"),
    [(3, 1, 2), (4, 1, 2), (3, 2, None), (3, 3, None), (3, 4, 2), (1, 1, None), (2, 1, None)],
)
def test_at_3_replicas_2_must_have_a_message(replication, in_sync, wanted):
    found = fault("meter.reads", replication, min_insync_replicas=str(in_sync))
    assert (found and found[1].rpartition(" ")[2]) == (wanted and f"min.insync.replicas={wanted}")


def test_topics_of_3_replicas_are_created_with_2_in_sync_and_those_of_1_without():
    by_three = {
        spec.config.get("min.insync.replicas")
        for spec in topic_specs(Settings(topic_replication=3))
    }
    assert by_three == {"2"}
    assert not any("min.insync.replicas" in spec.config for spec in topic_specs(Settings()))


@pytest.mark.parametrize(
    ("name", "hours", "named"),
    [
        ("dead.letters", 24 * 30 - 1, True),
        ("dead.letters", 24 * 30, False),
        ("forecasts", 23, True),
        ("forecasts", 24, False),
        ("segments.changes", 1, False),
    ],
)
def test_letters_stay_30_days_and_inputs_one_day_at_least(name, hours, named):
    found = fault(name, retention_ms=str(hours * 3_600_000))
    assert (found is not None) == named
    if found:
        assert f"after {hours}.0 hours" in found[0]
        assert f"retention.ms={'-1' if name == 'dead.letters' else 2_592_000_000}" in found[1]


@pytest.mark.parametrize(
    ("limit", "fits"), [(1_048_588, False), (1_500_000, False), (1_510_000, True)]
)
def test_a_rejected_message_must_fit_into_dead_letters_with_its_headers(limit, fits):
    found = fault("dead.letters", max_message_bytes=str(limit))
    assert (found is None) == fits
    if found:
        wanted = re.search(r"max\.message\.bytes=(\d+)", found[1])
        assert wanted
        assert int(wanted[1]) > 1_510_000


def test_partitions_without_leader_and_lagging_copies_are_problems_that_name_the_brokers():
    spec = topic_specs(Settings())[0]
    state = TopicState(spec, 12, 3, {}, (4,), {4: (2,), 7: (2, 3)})
    leaderless, lagging = topic_faults(Settings(), [state])["scada.telemetry"]
    assert leaderless.seen.startswith("partitions without a leader: 4;")
    assert lagging.seen.startswith("under-replicated partitions: 7; brokers 2, 3 ")
    assert "--topic scada.telemetry --under-replicated-partitions" in lagging.fix
    assert not leaderless.harmless


def test_fewer_partitions_than_the_setting_are_a_note_with_the_command():
    spec = topic_specs(Settings())[5]
    (few,) = topic_faults(Settings(), [TopicState(spec, 4, 1, {})])["dead.letters"]
    assert few.harmless
    assert few.fix == (
        "Stop all workers, then kafka-topics.sh --bootstrap-server localhost:9092 --alter"
        " --topic dead.letters --partitions 12"
    )


@pytest.fixture
async def admin(kafka: str) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await client.start()
    yield client
    await client.close()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("scada.telemetry", {"cleanup.policy": "compact", "message.timestamp.type": "CreateTime"}),
        ("meter.reads", {"min.insync.replicas": "2"}),
        ("forecasts", {"retention.ms": "60000"}),
        ("dead.letters", {"retention.ms": "86400000", "max.message.bytes": "1000"}),
        ("dead.letters", {"retention.bytes": "1000000"}),
    ],
)
async def test_what_the_command_sets_is_what_doctor_accepts(bare, admin, name, wrong):
    (spec,) = [each for each in topic_specs(bare) if each.name == f"{bare.topic_prefix}{name}"]
    await create_topics(bare.kafka_bootstrap, spec.name, partitions=2, config=spec.config | wrong)
    await create_missing(bare)
    (state,) = [each for each in await inspect(bare) if each.spec == spec]
    if not wrong.items() <= state.config.items():
        pytest.skip("the embedded broker does not tell these keys")
    seen = (await checked(bare))[f"topic {name}"]
    assert seen.state == "problem", seen
    mended = dict(pair.split("=") for pair in seen.fix.rpartition(" ")[2].split(","))
    assert mended.keys() == wrong.keys()
    whole = ConfigResource(ConfigResourceType.TOPIC, spec.name, configs=spec.config | mended)
    try:
        await admin.alter_configs([whole])
    except IncompatibleBrokerVersion:
        pytest.skip("the embedded broker cannot alter a topic")
    async with asyncio.timeout(30):  # a broker knows it a moment after its controller
        while (await checked(bare))[f"topic {name}"].state != "ok":  # noqa: ASYNC110
            await asyncio.sleep(0.2)
