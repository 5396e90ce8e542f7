"""`gridfeed doctor`: settings without secrets, and every problem with its fix."""

import asyncio
import json
import time
from datetime import timedelta

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from cli.doctor.command import masked
from cli.local.service import free_port
from gridfeed.settings import Settings
from tests.cli import program
from tests.cli.kafka_beside import produce
from tests.e2e.system import OPENED, PATIENCE_SECONDS, installed
from tests.plain_http import PLAIN


@pytest.fixture
def machine(kafka, topic_suffix, database_url):
    settings = {
        "kafka_bootstrap": kafka,
        "kafka_group": topic_suffix,
        "topic_prefix": f"{topic_suffix}.",
        "topic_partitions": 2,
        "database_url": database_url,
    }
    program.succeed("topics", "--create", **settings)
    return settings


def told(**settings):
    """Return the exit code, the checks by name and the settings by name."""
    result = program.run("doctor", "--json", **settings)
    said = json.loads(result.stdout)
    assert said["ok"] == (result.exit_code == 0)
    return (
        result.exit_code,
        {each["name"]: each for each in said["checks"]},
        {each["name"]: (each["value"], each["source"]) for each in said["settings"]},
    )


def commit(machine, topic, partition, offset):
    async def committed():
        consumer = AIOKafkaConsumer(
            bootstrap_servers=machine["kafka_bootstrap"],
            group_id=machine["kafka_group"],
            enable_auto_commit=False,
        )
        await consumer.start()
        try:
            source = TopicPartition(topic, partition)
            consumer.assign([source])
            await consumer.commit({source: offset})
        finally:
            await consumer.stop()

    asyncio.run(committed())


def wait_until_ready(api):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{api}/readyz", **PLAIN).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail(f"{api} does not get ready")


async def test_a_machine_with_a_worker_and_an_api_is_well(machine, tmp_path):
    port = free_port()
    environment = {f"GRIDFEED_{name.upper()}": str(value) for name, value in machine.items()}
    async with installed(environment, tmp_path) as system:
        system.start("worker")
        system.start("serve", "--port", str(port))
        await system.eventually(OPENED, until=8)
        await asyncio.to_thread(wait_until_ready, f"http://127.0.0.1:{port}")
        code, checks, _ = await asyncio.to_thread(told, **machine, api_port=port)
    assert [each for each in checks.values() if each["state"] == "problem"] == []
    assert code == 0
    assert checks["api"]["seen"] == f"ready at http://127.0.0.1:{port}"
    assert checks["workers"]["seen"].startswith("1 alive in group ")
    prefix = machine["topic_prefix"]
    assert {"kafka", "database", "timescaledb", "migrations", "clock"} < checks.keys()
    assert {f"topic {prefix}dead.letters", f"lag {prefix}forecasts"} < checks.keys()
    assert checks["database"]["seen"].startswith("PostgreSQL 1")


def changes_of(machine, age):
    async def written():
        connection = await asyncpg.connect(machine["database_url"])
        try:
            await connection.execute(
                "INSERT INTO change (kind, meter_id, production_format, channel, interval_from,"
                " interval_to, interval_seconds, recorded_at)"
                " SELECT 'CREATED', 1, 'scada', 'GROSS', now(), now(), 300, now() - $1::interval",
                age,
            )
        finally:
            await connection.close()

    asyncio.run(written())
    return told(**machine)[1][f"lag {machine['topic_prefix']}segments.changes"]


def test_changes_that_nobody_publishes_are_a_problem_after_a_minute(machine):
    just_now = changes_of(machine, timedelta(seconds=5))
    assert (just_now["ok"], just_now["seen"][:24]) == (True, "1 changes wait, the olde")
    long_ago = changes_of(machine, timedelta(seconds=90))
    assert not long_ago["ok"]
    assert long_ago["seen"].startswith("2 changes wait, the oldest for 9")
    assert "gridfeed worker" in long_ago["fix"]


def test_every_setting_is_told_with_its_origin(machine):
    _, _, settings = told(**machine)
    assert set(settings) == {f"GRIDFEED_{name.upper()}" for name in Settings.model_fields}
    assert settings["GRIDFEED_TOPIC_PARTITIONS"] == ("2", "environment")
    assert settings["GRIDFEED_API_PORT"] == ("8080", "default")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:secret@db.example:5432/grid", "postgresql://me:***@db.example:5432/grid"),
        ("postgresql://me:s@cret@db/grid", "postgresql://me:***@db/grid"),
        ("postgresql://me@db/grid?password=secret", "postgresql://me@db/grid"),
        ("host=db password=secret", "***"),
        ("secret", "***"),
    ],
)
def test_secrets_are_masked(url, shown):
    assert masked(Settings(database_url=url).database_url) == shown


def test_a_password_in_any_address_is_masked():
    registry = Settings(
        schema_registry_url="https://me:secret@registry.example/"
    ).schema_registry_url
    assert masked(registry) == "https://me:***@registry.example/"


def test_missing_topics_and_pending_migrations_are_problems_with_their_commands(
    kafka, topic_suffix, empty_database_url
):
    code, checks, _ = told(
        kafka_bootstrap=kafka, topic_prefix=f"{topic_suffix}.", database_url=empty_database_url
    )
    assert code == 1
    assert checks["migrations"]["fix"] == "Run `gridfeed migrate`."
    missing = checks[f"topic {topic_suffix}.meter.reads"]
    assert (missing["ok"], missing["fix"]) == (False, "Run `gridfeed topics --create`.")


def test_what_does_not_answer_is_one_problem_with_its_setting():
    result = program.run(
        "doctor", kafka_bootstrap="127.0.0.1:1", database_url="postgresql://me:secret@127.0.0.1:1/g"
    )
    assert result.exit_code == 1
    problems = [line for line in result.stdout.splitlines() if line.startswith("PROBLEM")]
    assert [line.split()[1] for line in problems] == ["kafka:", "database:"]
    assert "GRIDFEED_KAFKA_BOOTSTRAP (" in result.stdout
    assert "GRIDFEED_DATABASE_URL (" in result.stdout
    assert "secret" not in result.output


def test_messages_that_no_worker_read_are_a_problem(machine):
    topic = f"{machine['topic_prefix']}meter.reads"
    produce(machine["kafka_bootstrap"], [(topic, 0, b"m", b"x", [])] * 6)
    code, checks, _ = told(**machine)
    assert code == 1
    assert checks[f"lag {topic}"]["seen"].endswith("is 6 messages behind")
    assert "start `gridfeed worker`" in checks[f"lag {topic}"]["fix"]


def test_lag_counts_every_message_behind_the_group(machine):
    # Six messages in one batch and one more: committed 4, so 3 are left.
    topic = f"{machine['topic_prefix']}meter.reads"
    produce(machine["kafka_bootstrap"], [(topic, 0, b"m", b"x", [])] * 6)
    produce(machine["kafka_bootstrap"], [(topic, 0, b"m", b"x", [])])
    commit(machine, topic, 0, 4)
    _, checks, _ = told(**machine)
    assert checks[f"lag {topic}"]["ok"]
    assert checks[f"lag {topic}"]["seen"].endswith("is 3 messages behind")
