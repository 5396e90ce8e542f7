"""What the fixtures promise."""

import asyncio
import os
import time

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from gridfeed.storage.migrate import pending
from tests import services


def test_a_test_gets_a_migrated_database(database_url: str) -> None:
    async def left_to_migrate() -> list[str]:
        connection = await asyncpg.connect(database_url)
        try:
            return await pending(connection)
        finally:
            await connection.close()

    assert asyncio.run(left_to_migrate()) == []


@pytest.mark.parametrize("_time", [1, 2])
def test_nothing_is_left_of_another_tests_rows(database_url: str, _time: int) -> None:
    async def insert_and_count() -> int:
        connection = await asyncpg.connect(database_url)
        try:
            await connection.execute("INSERT INTO catalogue_version VALUES (2)")
            return int(await connection.fetchval("SELECT count(*) FROM catalogue_version"))
        finally:
            await connection.close()

    assert asyncio.run(insert_and_count()) == 2


def test_a_created_topic_has_its_partitions_and_carries_a_message(
    kafka: str, topic_suffix: str
) -> None:
    async def there_and_back() -> tuple[set[int], bytes]:
        topic = f"a.topic.{topic_suffix}"
        await services.create_topics(kafka, topic, partitions=3)
        async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
            partitions = set(await producer.partitions_for(topic))
            await producer.send_and_wait(topic, b"a reading", partition=2)
        async with AIOKafkaConsumer(
            topic, bootstrap_servers=kafka, group_id=topic_suffix, auto_offset_reset="earliest"
        ) as consumer:
            message = await asyncio.wait_for(consumer.getone(), 30)
            return partitions, bytes(message.value)

    assert asyncio.run(there_and_back()) == ({0, 1, 2}, b"a reading")


def test_settings_of_the_shell_do_not_reach_tests() -> None:
    assert [name for name in os.environ if name.startswith("GRIDFEED_")] == []


@pytest.mark.parametrize("missing", [services.KAFKA, services.DATABASE])
def test_a_missing_real_service_is_a_failure(missing: str) -> None:
    given = {services.KAFKA: "127.0.0.1:9092", services.DATABASE: "postgresql://x@127.0.0.1/x"}
    with pytest.raises(pytest.UsageError, match=missing):
        services.choose({**given, missing: "", services.REQUIRE_REAL: "1"})


def test_the_embedded_broker_is_not_taken_for_apache_kafka(database_server: str) -> None:
    embedded = services.Choice(services.EMBEDDED, database_server, real=True)
    with services.running_kafka(embedded) as bootstrap:
        real = services.Choice(bootstrap, database_server, real=True)
        with pytest.raises(pytest.UsageError, match="is not Apache Kafka"):
            asyncio.run(services.assert_real(real))


def test_a_service_that_does_not_answer_is_a_failure(database_server: str) -> None:
    nobody = services.Choice("127.0.0.1:1", database_server, real=True)
    with pytest.raises(pytest.UsageError, match=f"{services.KAFKA}=127.0.0.1:1 does not answer"):
        asyncio.run(services.assert_real(nobody))


def test_a_docker_engine_that_does_not_answer_costs_less_than_three_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    begun = time.monotonic()
    assert not services.docker_answers()
    assert time.monotonic() - begun < 3
