"""Register reads through the real path: Kafka, worker, database, API."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from gridfeed import clock
from gridfeed.avro.encode import encode_read, encode_register
from gridfeed.domain.settlement.messages import RegisterRead, RevenueRead
from gridfeed.domain.words import Channel, ReadQuality
from gridfeed.kafka.topics import Stream, input_topic
from tests.api.application import Application, settings_for
from tests.e2e.system import System

TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
READ = RegisterRead("delta-1", "total", 5, Decimal(40), "99987", TEN)
ROLLOVER = [READ, replace(READ, value="00012", read_at=TEN + timedelta(hours=12))]
EXCHANGE = [
    replace(READ, meter_number="delta-2", multiplier=Decimal(1), value=value,
            read_at=TEN + timedelta(minutes=minutes))
    for minutes, value in [(0, "48200"), (7, "48210"), (7, "00003"), (15, "00005")]
]  # fmt: skip
STORED = (
    "SELECT value FROM register_read JOIN meter USING (meter_id) WHERE meter_number = $1"
    " ORDER BY read_at, kafka_offset"
)
COUNT = "SELECT count(*) FROM register_read JOIN meter USING (meter_id) WHERE meter_number = $1"


async def send(system: System, *reads: RegisterRead, tenant: str | None = None) -> None:
    messages = [(read.meter_number, encode_register(read)) for read in reads]
    await system.send(Stream.REGISTERS, messages, tenant=tenant)


async def asked(system: System, meter_number: str) -> dict[str, Any]:
    """Return the only register of a meter as the API answers it."""
    token = system.run("clients", "create", f"for-{meter_number}").strip()
    async with Application(settings_for(system.database_url)) as api:
        await api.wait_until_ready()
        answer = await api.get(
            "/v1/registers", token, meter_number=meter_number,
            start="2026-03-02T00:00:00Z", end="2026-03-03T00:00:00Z",
        )  # fmt: skip
    assert answer.status_code == 200, answer.text
    (register,) = answer.json()["registers"]
    found: dict[str, Any] = register
    return found


async def test_a_rollover_and_the_settlement_of_its_time_come_out_of_the_api(
    running: System,
) -> None:
    await send(running, *ROLLOVER)
    reads = [
        RevenueRead("delta-1", TEN + n * timedelta(hours=1), 3600, 83_333_333, Channel.NET,
                    ReadQuality.REVENUE, 0, TEN)
        for n in range(12)
    ]  # fmt: skip
    await running.send(Stream.READS, [("delta-1", encode_read(read)) for read in reads])
    await running.eventually(COUNT, "delta-1", until=2)
    await running.eventually("SELECT count(*) FROM settlement_read", until=12)
    register = await asked(running, "delta-1")
    assert [read["value"] for read in register["reads"]] == ["99987", "00012"]
    (energy,) = register["energies"]
    assert (energy["energy"], energy["flags"]) == (1000, ["rollover"])
    assert energy["check"]["status"] == "ok"
    assert energy["check"]["difference"] == 0.000004  # 1000 - 12 x 83.333333


async def test_reads_in_any_order_and_again_and_again_are_stored_once(running: System) -> None:
    shuffled = [EXCHANGE[3], EXCHANGE[1], EXCHANGE[2], EXCHANGE[0]]
    await send(running, *shuffled)
    await running.eventually(COUNT, "delta-2", until=4)
    await send(running, *EXCHANGE, *shuffled)
    await running.wait_until_handled()
    stored = [row["value"] for row in await running.fetch(STORED, "delta-2")]
    assert stored == ["48200", "48210", "00003", "00005"]
    register = await asked(running, "delta-2")
    assert [(each["energy"], each["flags"]) for each in register["energies"]] == [
        (10, ["exchange"]),
        (2, []),
    ]


async def test_no_interval_value_is_published_of_a_register(running: System) -> None:
    await send(running, replace(READ, meter_number="delta-3"))
    await running.eventually(COUNT, "delta-3", until=1)
    of_it = " JOIN meter USING (meter_id) WHERE meter_number = 'delta-3'"
    assert (await running.fetch(f"SELECT count(*) FROM interval_value{of_it}"))[0][0] == 0
    assert (await running.fetch(f"SELECT count(*) FROM change{of_it}"))[0][0] == 0


REJECTED = {
    "undecodable": encode_register(READ)[:-3],
    "unknown_schema": b"\xc3\x01" + bytes(8) + encode_register(READ)[10:],
    "unknown_meter": encode_register(replace(READ, meter_number="nobody")),
    "future_timestamp": encode_register(replace(READ, read_at=clock.now() + timedelta(hours=1))),
    "too_late": encode_register(replace(READ, read_at=datetime(1999, 1, 1, tzinfo=UTC))),
    "out_of_range": encode_register(replace(READ, value="000012")),
}


@pytest.mark.parametrize("reason", REJECTED)
async def test_a_rejected_read_is_a_dead_letter_byte_for_byte_with_its_reason(
    running: System, reason: str
) -> None:
    key = f"registers-{reason}".encode()
    await running.send(Stream.REGISTERS, [(key.decode(), REJECTED[reason])])
    letters = await running.dead_letters(lambda found: any(each.key == key for each in found))
    (letter,) = [each for each in letters if each.key == key]
    headers = {name: text.decode() for name, text in letter.headers}
    assert letter.value == REJECTED[reason]
    assert headers["gridfeed.reason"] == reason
    assert headers["gridfeed.topic"] == input_topic(running.settings, Stream.REGISTERS)


async def test_a_tenant_s_topic_takes_no_reads_of_others(running: System) -> None:
    await running.send(Stream.REGISTERS, [("foreign-read", encode_register(READ))], tenant="acme")
    letters = await running.dead_letters(lambda found: any(e.key == b"foreign-read" for e in found))
    (letter,) = [each for each in letters if each.key == b"foreign-read"]
    assert dict(letter.headers)["gridfeed.reason"] == b"not_owner"


async def test_a_worker_that_was_killed_stores_each_read_once(system: System) -> None:
    system.run("projects", "apply", "-", given=FLEET)
    day = timedelta(days=1)
    reads = [
        replace(READ, meter_number="m", value=f"{n:05}", read_at=TEN - (300 - n) * day)
        for n in range(300)
    ]
    worker = system.start("worker")
    for first in range(0, 300, 50):
        await send(system, *reads[first : first + 50])
        if first in (100, 200):
            system.kill(worker)
            worker = system.start("worker")
    await system.wait_until_handled()
    assert [row["value"] for row in await system.fetch(STORED, "m")] == [
        read.value for read in reads
    ]


FLEET = """
projects:
  - id: one
    timezone: America/Denver
    meters:
      - {number: m, capacity_kw: 100}
"""
