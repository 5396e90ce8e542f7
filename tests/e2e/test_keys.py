"""Keys prove nothing: what a message says counts, in whatever partition it lies."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gridfeed.avro.encode import encode_forecast, encode_read, encode_telemetry
from gridfeed.domain.settlement.messages import Forecast, RevenueRead
from gridfeed.domain.words import Channel, Product, ReadQuality
from gridfeed.kafka.topics import Stream
from tests.e2e.system import System

MIDNIGHT = datetime(2026, 3, 2, 7, tzinfo=UTC)  # in Denver
METERS = [f"m-{n}" for n in range(200)]
FLEET = "projects:\n  - id: many\n    timezone: America/Denver\n    meters:\n" + "".join(
    f"      - {{number: {name}, capacity_kw: 100}}\n" for name in METERS
)
READ = RevenueRead("", MIDNIGHT, 900, 0, Channel.NET, ReadQuality.VALID, 0, MIDNIGHT)
FORECAST = Forecast("", Product.DAY_AHEAD, MIDNIGHT - timedelta(days=2), MIDNIGHT, 900, (0.0,))
#: The values of the newest version, and how many meters have each.
VALUES = """SELECT array_agg(DISTINCT {column} ORDER BY {column})::text || count(*)
  FROM interval_value WHERE production_format = $1"""


@pytest.fixture
def worked(system: System) -> System:
    """An installation with a worker and 200 meters that no message has named yet."""
    system.run("projects", "apply", "-", given=FLEET)
    system.start("worker")
    return system


async def test_of_five_versions_in_two_partitions_at_once_the_highest_counts_for_200_new_meters(
    worked: System,
) -> None:
    reads, forecasts = [], []
    for version in range(5):
        for name in METERS:
            issued = FORECAST.issued_at + timedelta(hours=version)
            read = replace(READ, meter_number=name, settlement_version=version)
            reads.append(encode_read(replace(read, energy_microkwh=version * 10**6)))
            forecast = replace(FORECAST, meter_number=name, issued_at=issued)
            forecasts.append(encode_forecast(replace(forecast, power_kw=(float(version),))))
    partitions = [n // len(METERS) % 2 for n in range(len(reads))]
    for stream, values in ((Stream.READS, reads), (Stream.FORECASTS, forecasts)):
        await worked.send(stream, [("one key", value) for value in values], partitions=partitions)
    await worked.wait_until_handled()
    counts = VALUES.format(column="energy_microkwh")
    assert (await worked.fetch(counts, "settlement"))[0][0] == "{4000000}200"
    assert (await worked.fetch(counts, "forecast_day_ahead"))[0][0] == "{1000000}200"


async def test_samples_of_one_meter_in_two_partitions_make_one_value(worked: System) -> None:
    instants = [MIDNIGHT + timedelta(seconds=30 * n) for n in range(11)]
    samples = [("any", encode_telemetry("m-1", at, 12.0)) for at in instants]
    await worked.send(Stream.TELEMETRY, samples, partitions=[n % 2 for n in range(11)])
    energy = """SELECT max(energy_microkwh)::bigint FROM interval_value
      WHERE interval_start = $1 AND production_format = 'scada' AND quality = 'calculated'"""
    await worked.eventually(energy, MIDNIGHT, until=1_000_000)
