"""What reads, forecasts and telemetry become in the database, through the real path."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gridfeed import clock
from gridfeed.avro.encode import encode_forecast, encode_read, encode_telemetry
from gridfeed.domain.settlement.messages import Forecast, RevenueRead
from gridfeed.domain.words import Channel, Product, ReadQuality
from gridfeed.kafka.topics import Stream
from tests.e2e.system import System

MIDNIGHT = datetime(2026, 3, 2, 7, tzinfo=UTC)  # in Denver
READ = RevenueRead("delta-1", MIDNIGHT, 900, 1_000_000, Channel.NET, ReadQuality.VALID, 0, MIDNIGHT)
CHANGES = (
    "SELECT coalesce(string_agg(kind::text, ' ' ORDER BY xid, seq), '') FROM change"
    " JOIN meter USING (meter_id) WHERE meter_number = $1 AND production_format = $2"
    " AND interval_from <= $3 AND interval_to > $3"
)
ENERGY = (
    "SELECT max(energy_microkwh) FROM interval_value JOIN meter USING (meter_id)"
    " WHERE meter_number = $1 AND production_format = $2 AND interval_start = $3"
)


async def test_a_higher_settlement_version_corrects_and_a_lower_one_arriving_late_is_only_kept(
    running: System,
) -> None:
    for version, energy in ((0, 1_000_000), (2, 1_200_000), (1, 1_100_000)):
        read = replace(READ, settlement_version=version, energy_microkwh=energy)
        await running.send(Stream.READS, [("delta-1", encode_read(read))])
        await running.eventually(
            "SELECT count(*) FROM settlement_read WHERE settlement_version = $1", version, until=1
        )
    assert (await running.fetch(ENERGY, "delta-1", "settlement", MIDNIGHT))[0][0] == 1_200_000
    ((kinds,),) = await running.fetch(CHANGES, "delta-1", "settlement", MIDNIGHT)
    assert kinds == "CREATED CORRECTED"
    former = await running.fetch(
        "SELECT energy_microkwh, settlement_version, replaced_at > recorded_at AS replaced"
        " FROM interval_version WHERE production_format = 'settlement'"
    )
    assert [tuple(row) for row in former] == [(1_000_000, 0, True)]


async def test_the_same_read_again_changes_nothing(running: System) -> None:
    read = encode_read(replace(READ, meter_number="delta-2", interval_start=MIDNIGHT))
    await running.send(Stream.READS, [("delta-2", read)] * 3)
    await running.eventually(CHANGES, "delta-2", "settlement", MIDNIGHT, until="CREATED")
    await running.eventually(
        "SELECT count(*) FROM settlement_read JOIN meter USING (meter_id)"
        " WHERE meter_number = 'delta-2'",
        until=1,
    )


async def test_a_day_ahead_forecast_issued_after_midnight_is_kept_but_not_current(
    running: System,
) -> None:
    issued = MIDNIGHT - timedelta(hours=14)
    forecast = Forecast("delta-1", Product.DAY_AHEAD, issued, MIDNIGHT, 3600, (40.0, 20.0))
    newer = replace(forecast, issued_at=issued + timedelta(hours=1), power_kw=(41.0, 21.0))
    late = replace(forecast, issued_at=MIDNIGHT, power_kw=(99.0, 99.0))
    for vintage, (each, current) in enumerate(
        ((newer, 41_000_000), (forecast, 41_000_000), (late, 41_000_000)), start=1
    ):
        await running.send(Stream.FORECASTS, [("delta-1", encode_forecast(each))])
        await running.eventually("SELECT count(*) FROM forecast_vintage", until=2 * vintage)
        energy = (await running.fetch(ENERGY, "delta-1", "forecast_day_ahead", MIDNIGHT))[0][0]
        assert energy == current


async def test_a_quiet_meter_closes_its_intervals_by_the_clock(running: System) -> None:
    start = (clock.now() - timedelta(minutes=30)).replace(second=0, microsecond=0)
    start -= timedelta(minutes=start.minute % 5)
    await running.send(Stream.TELEMETRY, [("delta-2", encode_telemetry("delta-2", start, 12.0))])
    for number in range(6):
        at = start + timedelta(minutes=5 * number)
        await running.eventually(ENERGY, "delta-2", "scada", at, until=1_000_000)
        await running.eventually(CHANGES, "delta-2", "scada", at, until="CREATED FINALIZED")


async def test_a_late_sample_leaves_a_correction_in_every_interval_its_hold_reaches_and_no_other(
    running: System,
) -> None:
    start = datetime(2026, 2, 3, tzinfo=UTC)
    minutes = [encode_telemetry("delta-1", start + timedelta(minutes=n), 60.0) for n in range(15)]
    await running.send(Stream.TELEMETRY, [("delta-1", each) for each in minutes])
    for number in range(3):
        at = start + timedelta(minutes=5 * number)
        await running.eventually(CHANGES, "delta-1", "scada", at, until="CREATED FINALIZED")
    late = encode_telemetry("delta-1", start + timedelta(minutes=4, seconds=30), 120.0)
    await running.send(Stream.TELEMETRY, [("delta-1", late)])
    await running.eventually(
        CHANGES, "delta-1", "scada", start, until="CREATED FINALIZED CORRECTED"
    )  # 60 kW, the last 30 s 120 kW
    assert (await running.fetch(ENERGY, "delta-1", "scada", start))[0][0] == 5_500_000
    for number in (1, 2):
        at = start + timedelta(minutes=5 * number)
        assert (await running.fetch(CHANGES, "delta-1", "scada", at))[0][0] == "CREATED FINALIZED"
    former = await running.fetch(
        "SELECT energy_microkwh FROM interval_version WHERE production_format = 'scada'"
        " AND interval_start = $1",
        start,
    )
    assert [row[0] for row in former] == [5_000_000]
