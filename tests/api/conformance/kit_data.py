"""Two owners' data for the conformance kit: of the one everything that a check looks for."""

from datetime import timedelta

from tests.api.builders import Store, utc
from tests.api.customer_builder import (
    account,
    aggregation,
    certificate,
    client_without_details,
    contract,
    grid,
    install,
    point,
)

#: More days than a page has segments.
DAYS = 130
START = "2026-01-01"
#: What the grid's first owner has, and a project of one meter.
SUNNY, ONE_METER, WINDY = ["j1", "j3", "j4"], ["j3"], ["j2"]


async def fill(store: Store) -> None:
    """Put the objects, values and clients there; tokens are named as the kit's options."""
    await grid(store)
    await store.execute("DELETE FROM client")
    await store.execute(
        "DELETE FROM aggregation_member WHERE meter_id = $1", await store.meter_id("m3")
    )
    await store.execute("DELETE FROM aggregation_member WHERE cds_account_id = 'a2'")
    await _one_meter(store)
    await _open_end(store)
    await _values(store)
    await certificate(
        store,
        "e4",
        "j1",
        beneficiary_type="customer",
        whose={"cds_account_id": "a1"},
        period_start=utc("2025-12-01"),
    )
    await store.client("all", projects=SUNNY)
    await store.client("one_meter", projects=ONE_METER)
    await store.client("other", projects=WINDY)
    await store.client("empty", projects=[])
    await store.client("ended")
    await store.execute("UPDATE client SET revoked_at = clock_timestamp() WHERE name = 'ended'")
    await client_without_details(store)
    await store.execute("UPDATE client SET projects = $1 WHERE name = 'minimal'", SUNNY)


async def _one_meter(store: Store) -> None:
    await store.project(
        "j3",
        contract_rule="37.5%",
        contract_start=utc("2020-01-01"),
        contract_end=utc("2030-01-01"),
        timezone="America/Denver",
    )
    await contract(
        store,
        "c3",
        "j3",
        "a1",
        contract_number="N3",
        contract_start=utc("2020-01-01").date(),
        starts_at=utc("2020-01-01"),
    )
    await point(store, "p3")
    await store.meter("m9", "j3")
    await install(store, "m9", "p3")
    await aggregation(
        store, "g3", {"cds_servicepoint_id": "sp-p3"}, aggregation_types=["confidential"]
    )


async def _open_end(store: Store) -> None:
    await store.project("j4", contract_type="gridfeed_merchant", contract_start=utc("2024-01-01"))
    await account(store, "a3", "nobody")


async def _values(store: Store) -> None:
    for day in range(DAYS):
        start = utc(START) + timedelta(days=day)
        await store.value(start, f"{day}.50", meter="m1", mean_microkw=1, peak_microkw=2)
    for meter in ("m2", "m3", "m9"):
        await store.values(f"{START} 12:00", [1.5, None, 2], meter=meter)
    await store.values(f"{START} 12:00", [0.1, 0.1, 0.1], meter="m9", channel="STATION_LOAD")
    await store.values(f"{START} 12:00", [1, 2, 3], meter="m9", production_format="settlement",
                       interval_seconds=900, quality="revenue")  # fmt: skip
    await store.insert(
        "register_read",
        meter_id=await store.meter_id("m9"),
        register="total",
        digits=5,
        multiplier=1,
        value="00100",
        read_at=utc(f"{START} 12:15"),
        source_id=1,
        kafka_offset=0,
        recorded_at=utc("2026-01-02"),
    )
    await store.insert("supply_mix", cds_productionproject_id="j3", place=0, supply_type="solar",
                       attribution="individual", ratio=1)  # fmt: skip
    for product in ("forecast_day_ahead", "forecast_hour_ahead"):
        await store.values(f"{START} 12:00", [1, 2, 3], meter="m9", production_format=product,
                           interval_seconds=900, issued_at=utc("2025-12-31"), p10_microkwh=1,
                           p90_microkwh=9)  # fmt: skip
