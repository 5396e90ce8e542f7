"""Asking for series, and rows that only they read."""

from datetime import datetime
from typing import Any

from tests.api.application import Application
from tests.api.builders import Store, micro, utc

SERIES, COMPLETENESS = "/v1/series", "/v1/completeness"
HOUR = {"start": "2026-03-01T00:00:00Z", "end": "2026-03-01T01:00:00Z"}


async def ask(api: Application, token: str = "all", **parameters: object) -> dict[str, Any]:
    """Of meter m and the first hour of March if nothing else is said."""
    scope = {} if "cds_productionproject_id" in parameters else {"meter_number": "m"}
    answer = await api.get(SERIES, token, **(HOUR | scope | parameters))
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def columns(document: dict[str, Any]) -> dict[str, list[Any]]:
    """Return the values of each column by its id."""
    ids = [column["id"] for column in document["columns"]]
    assert len(set(ids)) == len(ids)
    by_column = [list(values) for values in zip(*document["rows"], strict=True)][1:]
    return dict(zip(ids, by_column, strict=True))


async def read(
    store: Store, start: str, energy: str | float, settlement_version: int, **others: Any
) -> None:
    """One settlement read of meter m."""
    row = {
        "meter_id": await store.meter_id(others.pop("meter", "m")), "channel": "GROSS",
        "interval_start": utc(start), "interval_seconds": 900, "energy_microkwh": micro(energy),
        "settlement_version": settlement_version, "quality": "revenue",
        "read_at": utc("2026-03-05"), "source_id": 1, "kafka_offset": 0,
        "recorded_at": utc("2026-03-05"),
    } | others  # fmt: skip
    await store.insert("settlement_read", **row)


async def vintage(
    store: Store,
    start: str,
    power_kw: str | float,
    issued_at: datetime,
    **others: Any,
) -> None:
    """One vintage of a day-ahead forecast of meter m."""
    row = {
        "meter_id": await store.meter_id("m"), "production_format": "forecast_day_ahead",
        "interval_start": utc(start), "interval_seconds": 900, "power_microkw": micro(power_kw),
        "issued_at": issued_at, "in_time": True, "source_id": 1, "kafka_offset": 0,
        "recorded_at": issued_at,
    } | others  # fmt: skip
    await store.insert("forecast_vintage", **row)
