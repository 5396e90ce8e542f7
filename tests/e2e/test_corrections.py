"""Late data corrects what it must and touches nothing else, through the real path."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gridfeed import clock
from gridfeed.avro.encode import encode_read, encode_telemetry
from gridfeed.domain.settlement.messages import RevenueRead
from gridfeed.domain.words import Channel, ReadQuality
from gridfeed.kafka.topics import Stream
from tests.e2e.conftest import installation
from tests.e2e.system import System

MIDNIGHT = datetime(2026, 1, 15, tzinfo=UTC)
QUARTER, MINUTE = timedelta(minutes=15), timedelta(minutes=1)
MWH = 1_000_000_000  # microkwh
HALF_A_YEAR_AGO = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(
    days=180
)
PROJECTS = """
projects:
  - id: golden
    timezone: UTC
    interval_seconds: 900
    meters:
      - {number: golden-1, capacity_kw: 30000, hold_limit_seconds: 900}
  - id: fleet
    timezone: UTC
    interval_seconds: 300
    meters:
      - {number: fleet-1, capacity_kw: 100}
      - {number: fleet-2, capacity_kw: 100}
      - {number: fleet-3, capacity_kw: 100}
"""
ROWS = (
    "SELECT meter_number, production_format::text, interval_start, v.xmin::text AS written_by"
    " FROM interval_value v JOIN meter USING (meter_id)"
)
OPEN = "SELECT count(*) FROM interval_value WHERE finalize_at IS NOT NULL"
CORRECTED = (
    "SELECT i.energy_microkwh - v.energy_microkwh, v.delta_microkwh, v.replaced_by::text,"
    " i.interval_start FROM interval_version v"
    " JOIN interval_value i USING (meter_id, production_format, channel, interval_start)"
    " JOIN meter USING (meter_id) WHERE meter_number = $1 ORDER BY interval_start"
)


@pytest.fixture(scope="module")
async def history(
    kafka: str,
    database_server: str,
    migrated_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[System]:
    """An installation with a worker, shared by the tests of this module."""
    directory: Path = tmp_path_factory.mktemp("history")
    async with installation(kafka, database_server, migrated_template, directory) as system:
        system.run("projects", "apply", "-", given=PROJECTS)
        system.start("worker")
        yield system


def rewritten(before: list[tuple[object, ...]], after: list[tuple[object, ...]]) -> set[object]:
    """Return meter, format and start of every row that another transaction wrote since."""
    return {each[:3] for each in set(after) - set(before)}


async def rows(system: System) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await system.fetch(ROWS)]


def golden(minute: int, megawatts: float) -> tuple[str, bytes]:
    at = MIDNIGHT + minute * MINUTE
    return "golden-1", encode_telemetry("golden-1", at, megawatts * 1000)


async def test_a_late_sample_leaves_exactly_two_corrections(history: System) -> None:
    """ANCHORS F.12: 00:13=30 comes after close; 23:53=12, 00:03=18, 00:11=6 were there."""
    on_time = [(-7, 12), (3, 18), (11, 6), (23, 6), (37, 6), (47, 6)]
    await history.send(Stream.TELEMETRY, [golden(*each) for each in on_time])
    await history.eventually("SELECT count(*) FROM interval_value", until=6)
    await history.eventually(OPEN, until=0)
    before = await rows(history)
    assert await _energy(history, 0) == 34 * MWH // 10
    assert await _energy(history, 1) == 15 * MWH // 10

    await history.send(Stream.TELEMETRY, [golden(13, 30)])
    await history.eventually("SELECT count(*) FROM interval_version", until=2)
    await history.wait_until_handled()

    assert await _energy(history, 0) == 42 * MWH // 10  # (12x3 + 18x8 + 6x2 + 30x2) / 60
    assert await _energy(history, 1) == 47 * MWH // 10  # (30x8 + 6x7) / 60
    assert [tuple(row) for row in await history.fetch(CORRECTED, "golden-1")] == [
        (8 * MWH // 10, 8 * MWH // 10, "late_samples", MIDNIGHT),
        (32 * MWH // 10, 32 * MWH // 10, "late_samples", MIDNIGHT + QUARTER),
    ]
    corrections = await history.fetch(
        "SELECT interval_from, interval_to, cause::text, delta_microkwh FROM change"
        " WHERE kind = 'CORRECTED'"
    )
    both = (MIDNIGHT, MIDNIGHT + 2 * QUARTER, "late_samples", 4 * MWH)
    assert [tuple(row) for row in corrections] == [both]
    assert rewritten(before, await rows(history)) == {
        ("golden-1", "scada", MIDNIGHT),
        ("golden-1", "scada", MIDNIGHT + QUARTER),
    }


async def test_a_corrected_day_half_a_year_back_touches_that_meters_day_and_nothing_else(
    history: System,
) -> None:
    meters = ("fleet-1", "fleet-2", "fleet-3")
    await history.send(
        Stream.TELEMETRY, [each for meter in meters for each in _telemetry(meter, 60.0)]
    )
    await history.send(Stream.READS, [each for meter in meters for each in _reads(meter, 0)])
    await history.wait_until_handled()
    await history.eventually(OPEN, until=0)
    before = await rows(history)
    changes = (await history.fetch("SELECT max(seq) FROM change"))[0][0]

    await history.send(Stream.TELEMETRY, _telemetry("fleet-2", 90.0))
    await history.send(Stream.READS, _reads("fleet-2", 1))
    await history.wait_until_handled()

    assert rewritten(before, await rows(history)) == {
        ("fleet-2", production_format, HALF_A_YEAR_AGO + number * timedelta(minutes=5))
        for production_format in ("scada", "settlement")
        for number in range(288)
    }
    corrected = await history.fetch(
        "SELECT production_format::text, cause::text, sum(delta_microkwh)::bigint,"
        " bool_and(meter_number = 'fleet-2' AND kind = 'CORRECTED'),"
        " min(interval_from), max(interval_to)"
        " FROM change JOIN meter USING (meter_id) WHERE seq > $1 GROUP BY 1, 2 ORDER BY 1",
        changes,
    )
    day = (True, HALF_A_YEAR_AGO, HALF_A_YEAR_AGO + timedelta(days=1))
    assert [tuple(row) for row in corrected] == [
        ("scada", "late_samples", 720 * MWH // 1000, *day),  # 30 kW more for 24 hours
        ("settlement", "settlement_version", 288 * MWH // 1000, *day),  # 1 kWh more an interval
    ]


async def _energy(system: System, quarter: int) -> int:
    ((energy,),) = await system.fetch(
        "SELECT energy_microkwh FROM interval_value JOIN meter USING (meter_id)"
        " WHERE meter_number = 'golden-1' AND interval_start = $1",
        MIDNIGHT + quarter * QUARTER,
    )
    return int(energy)


def _telemetry(meter: str, kilowatts: float) -> list[tuple[str, bytes]]:
    return [
        (meter, encode_telemetry(meter, HALF_A_YEAR_AGO + number * MINUTE, kilowatts))
        for number in range(1440)
    ]


def _reads(meter: str, version: int) -> list[tuple[str, bytes]]:
    read = RevenueRead(
        meter,
        HALF_A_YEAR_AGO,
        300,
        (5 + version) * 1_000_000,
        Channel.NET,
        ReadQuality.REVENUE,
        version,
        HALF_A_YEAR_AGO + timedelta(days=60 * (version + 1)),
    )
    return [
        (meter, encode_read(replace(read, interval_start=HALF_A_YEAR_AGO + number * 5 * MINUTE)))
        for number in range(288)
    ]
