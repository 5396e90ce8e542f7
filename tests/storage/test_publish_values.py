"""What is written of computed values, and what is not."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from gridfeed.domain.words import ChangeCause, Channel, ProductionFormat
from gridfeed.storage.values import ValueColumns, publish_values

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STORED = "SELECT samples, coverage_us, energy_microkwh FROM interval_value ORDER BY interval_start"
CHANGES = "SELECT kind::text FROM change ORDER BY seq"


def telemetry(samples: int, coverage_us: int, energy: int | None = None) -> ValueColumns:
    return ValueColumns(
        meter_id=[1],
        production_format=[ProductionFormat.SCADA],
        channel=[Channel.GROSS],
        interval_start=[NOON],
        interval_seconds=[300],
        cause=[ChangeCause.LATE_SAMPLES],
        energy_microkwh=[energy],
        samples=[samples],
        coverage_us=[coverage_us],
        longest_gap_us=[300_000_000 - coverage_us],
        finalize_at=[NOON + timedelta(minutes=10)],
    )


@pytest.fixture
def stored_after(database_url):
    """Return a function that publishes values in turn; it returns what is stored, and changes."""

    async def publish(*turns: ValueColumns):
        connection = await asyncpg.connect(database_url)
        for values in turns:
            await publish_values(connection, values, NOON)
        stored = [tuple(row) for row in await connection.fetch(STORED)]
        changes = [row[0] for row in await connection.fetch(CHANGES)]
        await connection.close()
        return stored, changes

    return publish


async def test_an_interval_without_samples_and_power_is_not_written(stored_after):
    assert await stored_after(telemetry(0, 0)) == ([], [])


async def test_a_bad_sample_alone_is_written_without_a_value(stored_after):
    assert await stored_after(telemetry(1, 0)) == ([(1, 0, None)], ["CREATED"])


async def test_power_without_a_sample_is_written(stored_after):
    assert await stored_after(telemetry(0, 300_000_000, 5)) == ([(0, 300_000_000, 5)], ["CREATED"])


async def test_a_hold_that_ended_sooner_takes_its_value_back(stored_after):
    stored = await stored_after(telemetry(0, 300_000_000, 5), telemetry(0, 0))
    assert stored == ([(0, 0, None)], ["CREATED", "UPDATED"])


async def test_settlement_which_counts_no_samples_is_written(stored_after):
    read = telemetry(0, 0, 7)
    read.samples, read.coverage_us, read.longest_gap_us = [], [], []
    assert await stored_after(read) == ([(None, None, 7)], ["CREATED"])
