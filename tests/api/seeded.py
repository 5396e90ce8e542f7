"""The plant that the documentation's examples are about, with values of every kind."""

from datetime import timedelta
from decimal import Decimal

from tests.api.builders import Store, utc
from tests.api.comparisons.series_builder import read

METER, PROJECT, SEGMENT = "serf-east-1", "serf-east", "serf-east-1:scada:2026-03-01:300"
WEBHOOK = "wh_5f0c1d6c1d3a4b7e9a8b7c6d"
#: Local midnight in Denver.
MIDNIGHT = "2026-03-01 07:00"
NOON_BEFORE = utc("2026-02-28 19:00")
#: Before the instant that the examples ask as_of.
RECORDED = {"created_at": utc("2026-03-02 08:00"), "recorded_at": utc("2026-03-02 08:00")}


async def seed(store: Store) -> None:
    """Put a project of two meters, a day of values of each kind and a client of each kind there."""
    await store.project(
        PROJECT, timezone="America/Denver", contract_rule="37.5%", latitude=39.74,
        longitude=-105.18, contract_start=utc("2020-01-01 07:00"),
    )  # fmt: skip
    await store.run(0, "INITIAL", PROJECT)
    await store.run(1, "FINAL", PROJECT)
    for number in (METER, "serf-east-2"):
        await store.meter(number, PROJECT)
    await store.client()
    await store.client("forecasts", production_formats=["forecast_day_ahead"])
    await _telemetry(store)
    await _settlement(store)
    await _forecasts(store)
    await _registers(store)
    ((client_id,),) = await store.execute("SELECT client_id FROM client WHERE name = 'all'")
    await store.insert(
        "webhook", webhook_id=WEBHOOK, client_id=client_id, url="https://example.com/",
        include_values=False, coalesced=False, state="paused", after_xid=0, after_seq=0,
        next_attempt_at=utc("2026-03-02"),
    )  # fmt: skip


async def _telemetry(store: Store) -> None:
    energies = [None if n == 5 else f"{n % 7}.{n:06}" for n in range(288)]
    await store.values(MIDNIGHT, energies, meter=METER, mean_microkw=1, peak_microkw=2, **RECORDED)
    await store.values(MIDNIGHT, range(12), meter=METER, channel="STATION_LOAD", **RECORDED)
    for n in range(12):
        start = utc(MIDNIGHT) + n * timedelta(minutes=5)
        await store.block(start.strftime("%Y-%m-%d %H:%M"), [(0, 1), (60, 2.5)], meter=METER)
    for n in range(3):
        await store.change(f"2026-03-01 07:{n * 5:02}", METER)
    await store.version(
        MIDNIGHT, 9, utc("2026-03-02"), meter=METER, created_at=utc("2026-03-01 08:00"),
        recorded_at=utc("2026-03-01 08:00"),
    )  # fmt: skip


async def _settlement(store: Store) -> None:
    await store.values(
        MIDNIGHT, [f"{n}.5" for n in range(96)], meter=METER, production_format="settlement",
        interval_seconds=900, quality="revenue", settlement_version=1, **RECORDED,
    )  # fmt: skip
    for n in range(96):
        start = (utc(MIDNIGHT) + n * timedelta(minutes=15)).strftime("%Y-%m-%d %H:%M")
        for version in (0, 1):
            await read(store, start, n, version, meter=METER)


async def _forecasts(store: Store) -> None:
    for product, issued_at in (
        ("forecast_day_ahead", NOON_BEFORE),
        ("forecast_hour_ahead", utc(MIDNIGHT) - timedelta(hours=2)),
    ):
        columns = {"production_format": product, "interval_seconds": 900}
        await store.values(
            MIDNIGHT, range(96), meter=METER, issued_at=issued_at, **columns, **RECORDED
        )
        for n in range(96):
            start = utc(MIDNIGHT) + n * timedelta(minutes=15)
            await store.insert(
                "forecast_vintage", meter_id=await store.meter_id(METER), model="gfs-v2",
                interval_start=start, power_microkw=n * 10**6, issued_at=issued_at, in_time=True,
                source_id=1, kafka_offset=0, recorded_at=issued_at, **columns,
            )  # fmt: skip


async def _registers(store: Store) -> None:
    for n, value in enumerate((100, 140, 190)):
        await store.insert(
            "register_read", meter_id=await store.meter_id(METER), register="total", digits=5,
            multiplier=Decimal(1), value=str(value), read_at=utc(f"2026-03-{n + 1:02}"),
            source_id=1, kafka_offset=n, recorded_at=utc("2026-03-05"),
        )  # fmt: skip
