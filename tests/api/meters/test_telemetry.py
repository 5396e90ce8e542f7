"""Raw samples: decoded, deduplicated, in order, in pages."""

from typing import Any

import pytest

from api.meters.telemetry import query as telemetry
from tests.api.application import TELEMETRY, Application
from tests.api.builders import Store, utc


@pytest.fixture
async def plant(store: Store) -> Store:
    await store.project(interval_seconds=300)
    await store.meter()
    await store.client()
    return store


async def ask(
    api: Application,
    start: str = "2026-03-01T00:00:00Z",
    end: str = "2026-03-01T01:00:00Z",
) -> dict[str, Any]:
    answer = await api.get(TELEMETRY, meter_number="m", start=start, end=end)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


@pytest.mark.embedded
async def test_samples_are_as_they_were_streamed(plant: Store, api: Application) -> None:
    await plant.block("2026-03-01 00:00", [(0, 4.25), (0.000001, -0.5)])
    await plant.block("2026-03-01 00:05", [(1, -3)], channel="STATION_LOAD", quality="BAD")
    assert await ask(api) == {
        "meter_number": "m",
        "samples": [
            {"observed_at": "2026-03-01T00:00:00.000000Z", "power_kw": 4.25, "quality": "GOOD",
             "channel": "GROSS"},
            {"observed_at": "2026-03-01T00:00:00.000001Z", "power_kw": -0.5, "quality": "GOOD",
             "channel": "GROSS"},
            {"observed_at": "2026-03-01T00:05:01.000000Z", "power_kw": -3, "quality": "BAD",
             "channel": "STATION_LOAD"},
        ],
        "next": None,
    }  # fmt: skip


async def test_power_is_exact_to_the_json_text(plant: Store, api: Application) -> None:
    await plant.block("2026-03-01", [(0, 0.1), (1, -0.000000001), (2, 999_999.999999999)])
    hour = {"start": "2026-03-01T00:00:00Z", "end": "2026-03-01T01:00:00Z"}
    text = (await api.get(TELEMETRY, meter_number="m", **hour)).text
    for number in ("0.100000000", "-0.000000001", "999999.999999999"):
        assert f'"power_kw":{number},' in text


async def test_of_two_samples_of_one_time_the_later_offset_counts(
    plant: Store, api: Application
) -> None:
    await plant.block("2026-03-01", [(0, 1), (0, 2), (1, 3)], offset=10)
    await plant.block("2026-03-01", [(1, 5), (2, 6)], source_id=2, offset=0)
    await plant.block("2026-03-01", [(1, 7)], channel="NET", offset=0)
    found = [
        (s["observed_at"][17:19], s["power_kw"], s["channel"]) for s in (await ask(api))["samples"]
    ]
    assert found == [("00", 2, "GROSS"), ("01", 5, "GROSS"), ("01", 7, "NET"), ("02", 6, "GROSS")]


async def test_start_is_inclusive_and_end_exclusive(plant: Store, api: Application) -> None:
    await plant.block("2026-03-01", [(0, 0), (60, 1), (120, 2), (180, 3)])
    found = (await ask(api, "2026-03-01T00:01:00Z", "2026-03-01T00:03:00Z"))["samples"]
    assert [sample["power_kw"] for sample in found] == [1, 2]


@pytest.mark.embedded
async def test_a_long_range_comes_in_pages_that_hold_every_sample_once(
    plant: Store, api: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry, "PAGE_SAMPLES", 5)
    for minute in range(0, 60, 5):
        await plant.block(f"2026-03-01 00:{minute:02}", [(at, minute) for at in (0, 100, 200)])
    document, pages = await ask(api), 1
    found = document["samples"]
    while document["next"]:
        document, pages = (await api.get(document["next"])).json(), pages + 1
        found += document["samples"]
    assert [sample["power_kw"] for sample in found] == [m for m in range(0, 60, 5) for _ in "abc"]
    assert pages == 6


async def test_samples_from_before_the_start_do_not_fill_a_page(
    plant: Store, api: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project of intervals of an hour: many short blocks may touch the start."""
    monkeypatch.setattr(telemetry, "PAGE_SAMPLES", 5)
    await plant.project("q", interval_seconds=3600)
    await plant.move("q", utc("2026-03-02"))
    for minute in range(0, 60, 5):
        await plant.block(f"2026-03-01 00:{minute:02}", [(at, minute) for at in (0, 100, 200)])
    document, found = await ask(api, "2026-03-01T00:50:00Z"), []
    while True:
        found += [sample["power_kw"] for sample in document["samples"]]
        if document["next"] is None:
            break
        document = (await api.get(document["next"])).json()
    assert found == [50, 50, 50, 55, 55, 55]


async def test_a_meter_without_samples_has_none(plant: Store, api: Application) -> None:
    assert await ask(api) == {"meter_number": "m", "samples": [], "next": None}


async def test_an_unknown_meter_is_404(plant: Store, api: Application) -> None:
    hour = {"start": "2026-03-01T00:00:00Z", "end": "2026-03-01T01:00:00Z"}
    answer = await api.get(TELEMETRY, meter_number="nobody", **hour)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_seven_days_are_accepted(plant: Store, api: Application) -> None:
    assert (await ask(api, "2026-03-01T00:00:00Z", "2026-03-08T00:00:00Z"))["samples"] == []
