"""One meter with one day of five-minute values, published as a worker publishes them."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from cli.bench.place import Connection, sql
from cli.proof.declaration import simulated_project
from gridfeed.domain.words import ChangeCause, Channel, ProductionFormat, ReadingQuality
from gridfeed.storage import catalogue
from gridfeed.storage.blocks import remember_meters
from gridfeed.storage.clients import create_client
from gridfeed.storage.source import hold_fence, open_source
from gridfeed.storage.values import ValueColumns, publish_values

PROJECT, METER, TOKEN = "bench", "bench-00001", "bench"
INTERVALS, INTERVAL_SECONDS = 288, 300


async def publish_day(connection: Connection, day: datetime) -> None:
    """Declare the plant; publish the final values of the day that begins at `day`, midnight UTC."""
    async with connection.transaction():
        await catalogue.apply(connection, [simulated_project(PROJECT, 1, INTERVAL_SECONDS, 1.0)])
        await create_client(connection, PROJECT, TOKEN)
        meter_id = await connection.fetchval(*sql("meter_of", meter_number=METER))
        source = await open_source(connection, "telemetry", ("bench", 0))
        await remember_meters(connection, source.source_id, [meter_id])
        recorded_at = await hold_fence(connection, source, 0, day + timedelta(days=1))
        await publish_values(connection, _values(meter_id, day), recorded_at)
    await connection.execute("ANALYZE")


def path_of(day: datetime) -> str:
    """Return the URL path of the day's only segment."""
    between = {
        "meter_numbers": METER,
        "production_formats": ProductionFormat.SCADA.value,
        "after": (day + timedelta(hours=1)).isoformat(),
        "before": (day + timedelta(hours=23)).isoformat(),
    }
    return f"/cds/v1/usage-segments?{urlencode(between)}"


def day_before(now: datetime) -> datetime:
    """Return the midnight, in UTC, at which yesterday began."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=1)


def _values(meter_id: int, day: datetime) -> ValueColumns:
    """Return energies, mean and peak powers with all decimals; no two values are equal."""
    powers = [1_234_567_891 + n * 7_654_321 for n in range(INTERVALS)]
    return ValueColumns(
        meter_id=[meter_id] * INTERVALS,
        production_format=[ProductionFormat.SCADA] * INTERVALS,
        channel=[Channel.GROSS] * INTERVALS,
        interval_start=[day + timedelta(seconds=n * INTERVAL_SECONDS) for n in range(INTERVALS)],
        interval_seconds=[INTERVAL_SECONDS] * INTERVALS,
        cause=[ChangeCause.SAMPLES] * INTERVALS,
        energy_microkwh=[power // 12 for power in powers],
        mean_microkw=powers,
        peak_microkw=[power + 1_000_003 for power in powers],
        quality=[ReadingQuality.CALCULATED] * INTERVALS,
        samples=[INTERVAL_SECONDS] * INTERVALS,
        coverage_us=[INTERVAL_SECONDS * 1_000_000] * INTERVALS,
        longest_gap_us=[1_000_000] * INTERVALS,
    )
