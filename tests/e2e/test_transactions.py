"""What a transaction aborts was never sent; what it has not decided is not known yet."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from confluent_kafka import Producer

from gridfeed import clock
from gridfeed.avro.encode import encode_forecast, encode_read, encode_register, encode_telemetry
from gridfeed.domain.settlement.messages import Forecast, RegisterRead, RevenueRead
from gridfeed.domain.words import Channel, Product, ReadQuality
from gridfeed.kafka.topics import Stream, input_topic
from tests.conftest import CHOICE
from tests.e2e.conftest import FLEET
from tests.e2e.system import PATIENCE_SECONDS, System
from tests.services import EMBEDDED, unique

NOON = datetime(2026, 3, 2, 19, tzinfo=UTC)  # in Denver
READ = RevenueRead("delta-1", NOON, 900, 1_500_000, Channel.NET, ReadQuality.VALID, 0, NOON)
FORECAST = Forecast("delta-1", Product.DAY_AHEAD, NOON - timedelta(days=2), NOON, 900, (1.0,))
REGISTER = RegisterRead("delta-1", "total", 5, 1, "00010", NOON)  # type: ignore[arg-type]
ENERGY = """SELECT max(energy_microkwh)::bigint FROM interval_value RIGHT JOIN (VALUES (1)) AS one
  ON interval_start = $1 AND production_format = 'scada'"""
KEPT = """SELECT (SELECT array_agg(settlement_version ORDER BY 1) FROM settlement_read)::text
  || (SELECT count(*) FROM forecast_vintage) || (SELECT count(*) FROM register_read)"""
PLACE = "SELECT max(next_offset) FROM ingest_source WHERE topic = $1 AND kafka_partition = 0"
#: Which partitions of a topic are complete until three seconds after an instant.
COMPLETE = """SELECT array_agg(kafka_partition ORDER BY kafka_partition)::text FROM ingest_source
  WHERE topic = $1 AND synced_at > $2::timestamptz + interval '3 s'"""


@pytest.fixture(autouse=True)
def transactions(request: pytest.FixtureRequest, kafka: str) -> None:
    """Transactions are a matter of Apache Kafka; only the embedded broker is excused."""
    if request.config.stash[CHOICE].kafka == EMBEDDED:
        pytest.skip("the embedded broker has no transactions; they are tested on Apache Kafka")


@pytest.fixture
def worked(system: System) -> System:
    """An installation with a worker and the fleet."""
    system.run("projects", "apply", "-", given=FLEET)
    system.start("worker")
    return system


class Transactions:
    """A transactional producer of librdkafka; it writes to partition 0."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.producer = Producer(
            {
                "bootstrap.servers": system.settings.kafka_bootstrap,
                "transactional.id": unique("transactions"),
                "compression.type": "zstd",
            }
        )
        self.producer.init_transactions(30)

    def begin(self, stream: Stream, values: Sequence[bytes], batches: int = 1) -> None:
        """Begin a transaction that holds the values, in as many batches."""
        self.producer.begin_transaction()
        self.add(stream, values, batches)

    def add(self, stream: Stream, values: Sequence[bytes], batches: int = 1) -> None:
        for first in range(batches):
            for value in values[first::batches]:
                topic = input_topic(self.system.settings, stream)
                self.producer.produce(topic, value, "delta-1", partition=0)
            self.producer.flush(30)

    def commit(self) -> None:
        self.producer.commit_transaction(30)

    def abort(self) -> None:
        self.producer.abort_transaction(30)


def samples(start: datetime, kw: float) -> list[bytes]:
    """Eleven samples: five minutes and the instant after them."""
    instants = [start + timedelta(seconds=30 * n) for n in range(11)]
    return [encode_telemetry("delta-1", at, kw) for at in instants]


async def energy(system: System, start: datetime) -> int | None:
    value: int | None = (await system.fetch(ENERGY, start))[0][0]
    return value


async def test_an_aborted_600_kw_between_two_committed_12_kw_counts_nowhere(worked: System) -> None:
    producer = Transactions(worked)
    producer.begin(Stream.TELEMETRY, samples(NOON, 12.0))
    producer.commit()
    producer.begin(Stream.TELEMETRY, samples(NOON, 600.0), batches=11)
    producer.add(Stream.TELEMETRY, samples(NOON + timedelta(hours=1), 600.0))
    producer.abort()
    producer.begin(Stream.TELEMETRY, samples(NOON + timedelta(hours=2), 12.0))
    producer.commit()
    await worked.eventually(ENERGY, NOON + timedelta(hours=2), until=1_000_000)
    assert await energy(worked, NOON) == 1_000_000
    assert await energy(worked, NOON + timedelta(hours=1)) is None


async def test_an_aborted_read_forecast_and_register_read_are_not_kept(worked: System) -> None:
    producer = Transactions(worked)
    producer.begin(Stream.READS, [encode_read(READ)])
    producer.add(Stream.FORECASTS, [encode_forecast(FORECAST)])
    producer.add(Stream.REGISTERS, [encode_register(REGISTER)])
    producer.commit()
    wrong = encode_read(replace(READ, energy_microkwh=9_950_000, settlement_version=1))
    producer.begin(Stream.READS, [wrong])
    again = replace(FORECAST, issued_at=NOON - timedelta(days=1.5), power_kw=(99.5,))
    producer.add(Stream.FORECASTS, [encode_forecast(again)])
    producer.add(Stream.REGISTERS, [encode_register(replace(REGISTER, value="00099"))])
    producer.abort()
    producer.begin(Stream.READS, [encode_read(replace(READ, settlement_version=2))])
    producer.commit()
    await worked.eventually(KEPT, until="{0,2}11")


async def test_an_undecided_transaction_holds_the_watermark_back_until_it_is_decided(
    worked: System,
) -> None:
    producer = Transactions(worked)
    producer.begin(Stream.TELEMETRY, samples(NOON, 12.0))
    begun = clock.now()
    producer.add(Stream.TELEMETRY, samples(NOON + timedelta(hours=1), 12.0))
    other = [("x", each) for each in samples(NOON + timedelta(hours=2), 6.0)]
    await worked.send(Stream.TELEMETRY, other, partitions=[1] * 11)
    topic = input_topic(worked.settings, Stream.TELEMETRY)
    await worked.eventually(COMPLETE, topic, begun, until="{1}")
    assert await energy(worked, NOON) is None
    behind = f"{topic}: group {worked.settings.kafka_group} is 22 messages"
    async with asyncio.timeout(PATIENCE_SECONDS):
        # The group's offset follows the database's at the next checkpoint.
        while behind not in worked.run("doctor", exits=(0, 1)):  # noqa: ASYNC110
            await asyncio.sleep(0.5)
    assert (await worked.fetch(COMPLETE, topic, begun))[0][0] == "{1}"
    producer.commit()
    await worked.eventually(COMPLETE, topic, begun, until="{0,1}")
    assert await energy(worked, NOON + timedelta(hours=1)) == 1_000_000


async def test_a_killed_worker_takes_up_between_an_aborted_and_an_open_transaction(
    worked: System,
) -> None:
    aborted, opened = Transactions(worked), Transactions(worked)
    aborted.begin(Stream.TELEMETRY, samples(NOON, 600.0), batches=5)
    await worked.send(
        Stream.TELEMETRY, [("x", each) for each in samples(NOON, 12.0)], partitions=[0] * 11
    )
    opened.begin(Stream.TELEMETRY, samples(NOON + timedelta(hours=1), 24.0), batches=5)
    aborted.abort()
    await worked.eventually(ENERGY, NOON, until=1_000_000)
    worked.kill(worked.processes[-1])
    worked.start("worker")
    opened.add(Stream.TELEMETRY, samples(NOON + timedelta(hours=2), 24.0))
    opened.commit()
    await worked.eventually(ENERGY, NOON + timedelta(hours=2), until=2_000_000)
    assert await energy(worked, NOON + timedelta(hours=1)) == 2_000_000
    assert await energy(worked, NOON) == 1_000_000


@pytest.mark.parametrize("stream", [Stream.TELEMETRY, Stream.READS])
async def test_nothing_is_behind_when_a_log_ends_in_what_was_aborted_and_a_marker(
    worked: System, stream: Stream
) -> None:
    value = encode_read(READ) if stream is Stream.READS else samples(NOON, 12.0)[0]
    producer = Transactions(worked)
    producer.begin(stream, [value])
    producer.commit()
    producer.begin(stream, [value] * 3)
    producer.abort()
    topic = input_topic(worked.settings, stream)
    # A record and its marker, three records and theirs.
    await worked.eventually(PLACE, topic, until=6)
    group = f"group {worked.settings.kafka_group}"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while f"{topic}: {group} is 0 messages" not in (told := worked.run("doctor", exits=(0, 1))):
        assert time.monotonic() < deadline, told
