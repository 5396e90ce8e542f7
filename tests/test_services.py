"""What the fixtures promise."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from gridfeed.storage.connect import Connection
from gridfeed.storage.migrate import pending
from tests import services


async def test_a_test_gets_a_migrated_database(database: Connection) -> None:
    assert await pending(database) == []


@pytest.mark.parametrize("_time", [1, 2])
async def test_nothing_is_left_of_another_tests_rows(database: Connection, _time: int) -> None:
    await database.execute("INSERT INTO catalogue_version VALUES (2)")
    assert await database.fetchval("SELECT count(*) FROM catalogue_version") == 2


async def test_a_created_topic_has_its_partitions_and_carries_a_message(
    kafka: str, topic_suffix: str
) -> None:
    topic = f"a.topic.{topic_suffix}"
    await services.create_topics(kafka, topic, partitions=3)
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        assert set(await producer.partitions_for(topic)) == {0, 1, 2}
        await producer.send_and_wait(topic, b"a reading", partition=2)
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=kafka, group_id=topic_suffix, auto_offset_reset="earliest"
    ) as consumer:
        message = await asyncio.wait_for(consumer.getone(), 30)
        assert message.value == b"a reading"


def test_settings_of_the_shell_do_not_reach_tests() -> None:
    assert [name for name in os.environ if name.startswith("GRIDFEED_")] == []


@pytest.mark.parametrize("missing", [services.KAFKA, services.DATABASE])
def test_a_missing_real_service_is_a_failure(missing: str) -> None:
    given = {services.KAFKA: "127.0.0.1:9092", services.DATABASE: "postgresql://x@127.0.0.1/x"}
    with pytest.raises(pytest.UsageError, match=missing):
        services.choose({**given, missing: "", services.REQUIRE_REAL: "1"})


def test_each_process_has_a_database_server_of_its_own() -> None:
    three = {services.KAFKA: "127.0.0.1:9092", services.DATABASE: "postgresql://a b c"}
    own = [services.choose({**three, services.WORKER: f"gw{n}"}).database for n in range(3)]
    assert own == ["postgresql://a", "b", "c"]
    assert services.choose(three).database == "postgresql://a"
    assert services.processes(three) == 3


@pytest.mark.parametrize(
    ("servers", "processes"), [("postgresql://a", 0), ("embedded", services.PROCESSES)]
)
def test_one_server_that_was_given_is_for_one_process(servers: str, processes: int) -> None:
    assert services.processes({services.KAFKA: "embedded", services.DATABASE: servers}) == processes


def test_containers_want_more_memory_so_there_are_fewer_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(services, "docker_answers", lambda: True)
    assert services.processes({}) == services.CONTAINER_PROCESSES < services.PROCESSES


def test_processes_that_would_share_a_database_server_are_refused() -> None:
    two = {services.DATABASE: "postgresql://a postgresql://b"}
    services.assert_enough(two, 2)
    with pytest.raises(pytest.UsageError, match=f"{services.DATABASE} names 2; run pytest -n auto"):
        services.assert_enough(two, 3)


async def test_the_embedded_broker_is_not_taken_for_apache_kafka(database_server: str) -> None:
    embedded = services.Choice(services.EMBEDDED, database_server, real=True)
    with services.running_kafka(embedded) as bootstrap:
        real = services.Choice(bootstrap, database_server, real=True)
        with pytest.raises(pytest.UsageError, match="is not Apache Kafka"):
            await services.assert_real(real)


async def test_a_service_that_does_not_answer_is_a_failure(database_server: str) -> None:
    nobody = services.Choice("127.0.0.1:1", database_server, real=True)
    with pytest.raises(pytest.UsageError, match=f"{services.KAFKA}=127.0.0.1:1 does not answer"):
        await services.assert_real(nobody)


def test_programs_that_tests_start_hear_signals_under_nohup_in_the_background_of_a_script() -> None:
    asks = (
        "import os, signal, subprocess, sys; from tests.services import let_children_hear_signals;"
        "let_children_hear_signals(os.environ);"
        "child = 'import signal as s; print(s.getsignal(s.SIGHUP), s.getsignal(s.SIGINT))';"
        "sys.exit(subprocess.run([sys.executable, '-c', child]).returncode)"
    )
    ignoring = "trap '' HUP INT; exec \"$@\""
    said = subprocess.run(
        ["bash", "-c", ignoring, "-", sys.executable, "-c", asks],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1],
    ).stdout  # fmt: skip
    assert said.startswith(f"{int(signal.SIG_DFL)} <")
    assert "default_int_handler" in said


def test_a_docker_engine_that_does_not_answer_costs_less_than_three_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    begun = time.monotonic()
    assert not services.docker_answers()
    assert time.monotonic() - begun < 3
