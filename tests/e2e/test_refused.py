"""What the database refuses because of data, and messages at the bounds, on the whole path."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gridfeed.avro.encode import encode_forecast, encode_read, encode_telemetry
from gridfeed.domain.settlement.messages import Forecast, RevenueRead
from gridfeed.domain.words import Channel, Product, ReadQuality
from gridfeed.kafka.topics import Stream
from tests.e2e.system import System

MIDNIGHT = datetime(2026, 3, 2, 7, tzinfo=UTC)  # in Denver
READ = RevenueRead("delta-1", MIDNIGHT, 900, 1_000_000, Channel.NET, ReadQuality.VALID, 0, MIDNIGHT)
FORECAST = Forecast(
    "delta-1", Product.DAY_AHEAD, MIDNIGHT - timedelta(hours=9), MIDNIGHT, 900, (1.0, 2.0)
)
UNLUCKY = 13_000_000  # 10^-6 kWh


async def letters(system: System, key: str, count: int) -> list[dict[str, str]]:
    """Return the headers of the letters of messages with this key."""
    found = await system.dead_letters(
        lambda each: sum(letter.key == key.encode() for letter in each) >= count
    )
    return [
        {name: text.decode() for name, text in letter.headers}
        for letter in found
        if letter.key == key.encode()
    ]


@pytest.fixture
async def unlucky(running: System) -> AsyncIterator[System]:
    """A database that refuses 13 kWh."""
    for table in ("settlement_read", "interval_value"):
        await running.fetch(
            f"ALTER TABLE {table} ADD CONSTRAINT unlucky CHECK (energy_microkwh <> {UNLUCKY})"
        )
    yield running
    for table in ("settlement_read", "interval_value"):
        await running.fetch(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS unlucky")


async def test_of_20_reads_the_3_that_the_database_refuses_are_letters_and_17_are_published(
    unlucky: System,
) -> None:
    quarters = [MIDNIGHT + timedelta(minutes=15 * n) for n in range(20)]
    reads = [
        replace(READ, interval_start=at, energy_microkwh=UNLUCKY if n in {0, 7, 19} else 1)
        for n, at in enumerate(quarters)
    ]
    await unlucky.send(Stream.READS, [("halves", encode_read(read)) for read in reads])
    refused = await letters(unlucky, "halves", 3)
    await unlucky.eventually(
        "SELECT count(*) FROM interval_value WHERE energy_microkwh = 1 AND interval_start >= $1",
        MIDNIGHT,
        until=17,
    )
    assert [each["gridfeed.reason"] for each in refused] == ["out_of_range"] * 3
    assert all('check constraint "unlucky"' in each["gridfeed.detail"] for each in refused)


async def test_telemetry_that_the_database_refuses_waits_alone_and_is_not_lost(
    unlucky: System,
) -> None:
    start = datetime(2026, 1, 7, tzinfo=UTC)
    # 156 kW for five minutes are 13 kWh.
    minutes = [(start + timedelta(minutes=n), 156.0 if n < 5 else 0.0) for n in range(6)]
    samples = [encode_telemetry("delta-2", at, power) for at, power in minutes]
    await unlucky.send(Stream.TELEMETRY, [("delta-2", sample) for sample in samples])
    value = (
        "SELECT energy_microkwh FROM interval_value RIGHT JOIN (VALUES (1)) AS one ON"
        " interval_start = $1 AND production_format = 'scada'"
    )
    later = replace(READ, interval_start=MIDNIGHT + timedelta(hours=12))
    await unlucky.send(Stream.READS, [("delta-1", encode_read(later))])
    await unlucky.eventually(
        "SELECT count(*) FROM settlement_read WHERE interval_start = $1",
        later.interval_start,
        until=1,
    )
    assert (await unlucky.fetch(value, start))[0][0] is None
    await unlucky.fetch("ALTER TABLE interval_value DROP CONSTRAINT unlucky")
    await unlucky.eventually(value, start, until=UNLUCKY)
    assert all(process.poll() is None for process in unlucky.processes)


@pytest.mark.parametrize(
    ("reason", "changed"),
    [
        ("out_of_range", {"model": "".join(chr(33 + n % 700) for n in range(2800))}),
        ("length_mismatch", {"power_kw": (1.0,) * 120_000, "interval_seconds": 1}),
        ("future_timestamp", {"start": datetime(8990, 1, 1, 7, tzinfo=UTC)}),
        ("too_late", {"start": datetime(1902, 1, 1, 7, tzinfo=UTC)}),
        ("out_of_range", {"meter_number": "m" * 100_000}),
    ],
    ids=["model of 2800", "120000 intervals", "year 8990", "year 1902", "number of 100000"],
)
async def test_a_forecast_beyond_the_bounds_is_a_letter(
    running: System, reason: str, changed: dict[str, object], request: pytest.FixtureRequest
) -> None:
    key = request.node.callspec.id
    message = encode_forecast(replace(FORECAST, **changed))  # type: ignore[arg-type]
    await running.send(Stream.FORECASTS, [(key, message)])
    assert [each["gridfeed.reason"] for each in await letters(running, key, 1)] == [reason]
