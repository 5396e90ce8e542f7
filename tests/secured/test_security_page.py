"""docs/security.md is true: its commands work in order, and what they grant is what they say."""

import os
from pathlib import Path

import pytest
from aiokafka.errors import TopicAuthorizationFailedError

from gridfeed.kafka.clients import producing
from gridfeed.kafka.grants import all_of_worker, missing_grants
from gridfeed.kafka.topics import Stream, input_topic
from tests.cli.up_process import COMMAND
from tests.documents import SECURITY, Reader, clean_environment, steps
from tests.secured.brokers import as_settings

TOPICS = (
    *("scada.telemetry", "meter.reads", "forecasts", "meter.registers"),
    *("dead.letters", "segments.changes"),
)
USERS = ("gridfeed-worker", "gridfeed-admin", "acme-producer")


@pytest.fixture
def reader(brokers, topic_prefix, database_url, tmp_path) -> Reader:
    """An administrator who reads the page, with topics and users of this test's own."""
    programs = f"{brokers.place}:{Path(COMMAND[0]).parent}:{os.environ['PATH']}"
    environment = clean_environment() | {
        "PATH": programs,
        "KAFKA": brokers.open,
        "GRIDFEED_KAFKA_BOOTSTRAP": brokers.address("SASL_SSL"),
        "GRIDFEED_TOPIC_PREFIX": topic_prefix,
        "GRIDFEED_TOPIC_PARTITIONS": "1",
        "GRIDFEED_DATABASE_URL": database_url.replace("127.0.0.1", "localhost"),
    }
    moved = {f"--topic {name}": f"--topic {topic_prefix}{name}" for name in TOPICS}
    moved |= {name: f"{topic_prefix}{name}" for name in USERS}
    moved |= {"--group gridfeed": f"--group {topic_prefix}group"}
    return Reader(tmp_path, environment, moved | {"/etc/gridfeed/ca.pem": str(brokers.ca)})


@pytest.mark.slow
async def test_the_commands_of_the_page_grant_a_worker_all_and_a_producer_its_own_alone(
    reader, brokers, topic_prefix
):
    for step in steps(SECURITY):
        reader.follow(step)
    own = {"topic_prefix": topic_prefix, "kafka_group": f"{topic_prefix}group", "tenants": "acme"}
    worker = as_settings(own | brokers.scram(f"{topic_prefix}gridfeed-worker", "worker-password"))
    assert await missing_grants(worker, all_of_worker(worker)) == []
    acme = as_settings(own | brokers.scram(f"{topic_prefix}acme-producer", "acme-password"))
    async with producing(acme) as producer:
        await producer.send_and_wait(input_topic(acme, Stream.READS, "acme"), b"a read")
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait(input_topic(acme, Stream.READS), b"a read")
