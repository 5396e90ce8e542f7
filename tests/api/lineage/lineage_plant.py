"""A plant whose values came about in ways that tests know, and how its lineage is asked for."""

from typing import Any
from urllib.parse import quote

from gridfeed.domain.words import Channel, ProductionFormat, ReadingQuality
from gridfeed.storage.edits import Edited, EditKind, EditReason, apply_edit
from tests.api.application import SEGMENTS, Application
from tests.api.builders import FORECASTS, Store, micro, utc

NOON = utc("2026-03-01 12:00")
SCADA, SETTLEMENT, DAY_AHEAD = (
    f"m:{name}:2026-03-01:900" for name in ("scada", "settlement", "forecast_day_ahead")
)
REASON = EditReason("ada", "the transformer was metered twice")


def path_of(segment: str) -> str:
    return f"{SEGMENTS}/{quote(segment, safe='')}/lineage"


async def ask(
    api: Application, segment: str, token: str = "all", **parameters: object
) -> dict[str, Any]:
    answer = await api.get(path_of(segment), token, **parameters)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def only(api: Application, segment: str, **parameters: object) -> dict[str, Any]:
    """Return the only interval of the answer."""
    (interval,) = (await ask(api, segment, **parameters))["intervals"]
    found: dict[str, Any] = interval
    return found


async def planted(store: Store) -> Store:
    """A project in quarter-hours with one meter, m, of 100 MW."""
    await store.project(interval_seconds=900, timezone="UTC")
    await store.meter()
    await store.execute("UPDATE meter SET hold_limit_seconds = 900, capacity_kw = 100000")
    await store.execute("UPDATE meter SET modified_at = '2026-01-01Z'")
    await store.client()
    return store


async def carried_in(plant: Store) -> None:
    """F.12: 12 MW since 11:53, then 12:03 18, 12:11 6: 13.6 MW, 3.4 MWh."""
    source = await plant.source("telemetry", None)
    await plant.block("2026-03-01 11:45", [(480, 12_000)], offset=4, source_id=source)
    await plant.block("2026-03-01 12:00", [(180, 18_000), (660, 6_000)], offset=5, source_id=source)
    await plant.value(
        NOON, 3400, interval_seconds=900, mean_microkw=micro(13_600), peak_microkw=micro(18_000),
        samples=2, coverage_us=900_000_000, longest_gap_us=0, recorded_at=utc("2026-03-01 12:16"),
        cause="first",
    )  # fmt: skip


async def settled_twice(plant: Store) -> None:
    """Version 0 says 100 kWh on 3 March, version 1 on 9 March 90 kWh."""
    source = await plant.source("reads", None)
    await plant.run(0, "INITIAL")
    await plant.run(1, "FINAL")
    for version, energy, day, offset in ((0, 100, 3, 7), (1, 90, 9, 8)):
        await plant.insert(
            "settlement_read",
            meter_id=await plant.meter_id("m"),
            channel="NET",
            interval_start=NOON,
            interval_seconds=900,
            settlement_version=version,
            energy_microkwh=micro(energy),
            quality="revenue",
            read_at=utc(f"2026-03-0{day}"),
            source_id=source,
            kafka_offset=offset,
            recorded_at=utc(f"2026-03-0{day} 06:00"),
        )
    both = {
        "production_format": "settlement", "channel": "NET", "interval_seconds": 900,
        "quality": "revenue",
    }  # fmt: skip
    await plant.value(
        NOON, 90, settlement_version=1, recorded_at=utc("2026-03-09 06:00"),
        cause="settlement_version", **both,
    )  # fmt: skip
    await plant.version(
        NOON, 100, utc("2026-03-09 06:00"), settlement_version=0, cause="first",
        recorded_at=utc("2026-03-03 06:00"), replaced_by="settlement_version",
        delta_microkwh=micro(-10), created_at=utc("2026-03-03 06:00"), **both,
    )  # fmt: skip


async def forecast_twice(plant: Store) -> None:
    """4 kW issued the morning before, 5 kW after the day began: too late."""
    source = await plant.source("forecasts", None)
    for issued, power, in_time, offset in (
        ("2026-02-28 10:00", 4, True, 2), ("2026-03-01 03:00", 5, False, 3)
    ):  # fmt: skip
        await plant.insert(
            "forecast_vintage", meter_id=await plant.meter_id("m"), interval_start=NOON,
            production_format=FORECASTS[0], interval_seconds=900, issued_at=utc(issued),
            in_time=in_time, power_microkw=micro(power), p10_microkw=micro(2),
            p90_microkw=micro(8), model="nwp", source_id=source, kafka_offset=offset,
            recorded_at=utc(issued),
        )  # fmt: skip
    await plant.value(
        NOON, 1, production_format=FORECASTS[0], interval_seconds=900, mean_microkw=micro(4),
        p10_microkwh=micro(0.5), p90_microkwh=micro(2), issued_at=utc("2026-02-28 10:00"),
        model="nwp", recorded_at=utc("2026-02-28 10:00"), cause="first",
    )  # fmt: skip


async def set_to(
    plant: Store,
    energy: int,
    channel: Channel = Channel.GROSS,
    production_format: ProductionFormat = ProductionFormat.SCADA,
) -> int:
    edited = Edited(
        await plant.meter_id("m"), production_format, channel, NOON, 900, micro(energy),
        ReadingQuality.ESTIMATED, "by hand", {"kwh": "3000.000000"},
    )  # fmt: skip
    done = await apply_edit(plant.connection, EditKind.EDIT, REASON, [edited])
    return done.edit_id
