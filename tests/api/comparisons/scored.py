"""A plant whose forecasts are scored, and questions about them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gridfeed.storage.reads import ReadRow, current_reads, insert_reads
from gridfeed.storage.values import publish_values
from tests.api.application import Application
from tests.api.builders import Store, micro, utc

ACCURACY = "/v1/forecast-accuracy"
DAY = {"start": "2026-03-02T00:00:00Z", "end": "2026-03-03T00:00:00Z"}
DAY_AHEAD = "forecast_day_ahead"
#: Issued at noon of the day before.
NOON = utc("2026-03-01 12:00")
EARLY = utc("2026-03-01 13:00")


async def settle(plant: Store, start: str, energies: Sequence[float | None], version: int = 0,
                 **columns: Any) -> None:  # fmt: skip
    await plant.values(
        start, energies, production_format="settlement", channel="NET", interval_seconds=3600,
        settlement_version=version, quality="revenue", recorded_at=EARLY, **columns,
    )  # fmt: skip


async def forecast(plant: Store, start: str, energies: Sequence[float], **columns: Any) -> None:
    row = {
        "production_format": DAY_AHEAD, "interval_seconds": 3600, "issued_at": NOON,
        "recorded_at": NOON,
    } | columns  # fmt: skip
    await plant.values(start, energies, **row)


async def vintage(
    plant: Store, start: str, power_kw: float, issued_at: datetime, **columns: Any
) -> None:
    row = {
        "meter_id": await plant.meter_id("m"), "production_format": "forecast_hour_ahead",
        "interval_start": utc(start), "interval_seconds": 3600, "issued_at": issued_at,
        "in_time": True, "power_microkw": micro(power_kw), "source_id": 1, "kafka_offset": 0,
    } | columns  # fmt: skip
    await plant.insert("forecast_vintage", **row)


async def ask(api: Application, token: str = "all", **parameters: object) -> dict[str, Any]:
    answer = await api.get(ACCURACY, token, **({"meter_number": "m"} | DAY | parameters))
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def refused(api: Application, status: int, token: str = "all", **parameters: object) -> str:
    answer = await api.get(ACCURACY, token, **({"meter_number": "m"} | DAY | parameters))
    assert answer.status_code == status, answer.text
    detail: str = answer.json()["detail"]
    return detail


async def read_from_stream(
    plant: Store, recorded_at: datetime, version: int, energies: dict[str, float]
) -> None:
    """Store settlement reads and publish what counts now, by the writer's own functions."""
    meter_id = await plant.meter_id("m")
    rows = [
        ReadRow(meter_id, "NET", utc(start), 3600, version, micro(energy), "revenue", EARLY, n)
        for n, (start, energy) in enumerate(energies.items())
    ]
    async with plant.connection.transaction():
        await insert_reads(plant.connection, 1, rows, recorded_at)
        values = await current_reads(plant.connection, [row.key for row in rows])
        await publish_values(plant.connection, values, recorded_at)
