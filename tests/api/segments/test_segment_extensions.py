"""The contract's shares and the settlement runs of a segment, from the database."""

from typing import Any

import pytest

from tests.api.application import SEGMENTS, Application
from tests.api.builders import Store, utc


@pytest.fixture
async def plant(store: Store) -> Store:
    await store.project()
    await store.meter()
    await store.client()
    return store


async def contracted(api: Application, **parameters: object) -> dict[str, list[Any]]:
    """Published shares by day."""
    found = await api.items(SEGMENTS, reading_validities="contracted", **parameters)
    return {
        segment["segment_start"][:10]: [row[0] and row[0]["cu"] for row in segment["values"]]
        for segment in found
    }


async def test_a_share_is_that_of_its_time(plant: Store, api: Application) -> None:
    await plant.share("40%", None, utc("2026-03-02"))
    await plant.share("37.5%", utc("2026-03-02"), utc("2026-03-03 00:05"))
    for day in range(1, 5):
        await plant.values(f"2026-03-0{day}", [10, 20])
    assert await contracted(api) == {
        "2026-03-01": [-4, -8], "2026-03-02": [-3.75, -7.5], "2026-03-03": [-3.75, None],
    }  # fmt: skip
    assert len(await api.items(SEGMENTS)) == 4


async def test_two_shares_may_meet_inside_a_day(plant: Store, api: Application) -> None:
    await plant.share("100%", None, utc("2026-03-01 00:05"))
    await plant.share("50%", utc("2026-03-01 00:05"), None)
    await plant.values("2026-03-01", [10, 10])
    assert await contracted(api) == {"2026-03-01": [-10, -5]}


async def test_only_what_was_measured_has_a_share(plant: Store, api: Application) -> None:
    await plant.share("40%")
    await plant.value(
        "2026-03-01", 1, production_format="forecast_day_ahead", issued_at=utc("2026-02-01")
    )
    assert await contracted(api) == {}


async def runs(api: Application, **parameters: object) -> list[list[tuple[int, str | None]]]:
    return [
        [(run["settlement_version"], run["code"]) for run in segment["gridfeed_settlement_runs"]]
        for segment in await api.items(SEGMENTS, production_formats="settlement", **parameters)
    ]


async def test_a_settlement_segment_names_the_runs_of_its_values(
    plant: Store, api: Application
) -> None:
    await plant.run(0, "INITIAL")
    await plant.run(2, "TRUE_UP")
    settled = {"production_format": "settlement", "quality": "revenue"}
    for version, minute in ((2, "00"), (0, "05"), (0, "10"), (1, "15")):
        await plant.value(f"2026-03-01 00:{minute}", 1, settlement_version=version, **settled)
    await plant.value("2026-03-02", 1, settlement_version=2, **settled)
    await plant.value("2026-03-03", 1, **settled)
    assert await runs(api) == [[(0, "INITIAL"), (1, None), (2, "TRUE_UP")], [(2, "TRUE_UP")], []]


async def test_as_of_names_the_runs_of_then(plant: Store, api: Application) -> None:
    settled = {"production_format": "settlement", "quality": "revenue",
               "created_at": utc("2026-03-02")}  # fmt: skip
    await plant.value(
        "2026-03-01", 2, settlement_version=3, recorded_at=utc("2026-03-05"), **settled
    )
    await plant.version("2026-03-01", 1, utc("2026-03-05"), settlement_version=1,
                        recorded_at=utc("2026-03-02"), **settled)  # fmt: skip
    assert await runs(api) == [[(3, None)]]
    assert await runs(api, as_of="2026-03-04T00:00:00Z") == [[(1, None)]]


async def test_other_segments_have_no_runs(plant: Store, api: Application) -> None:
    await plant.run(0, "INITIAL")
    await plant.value("2026-03-01", 1)
    (segment,) = await api.items(SEGMENTS)
    assert "gridfeed_settlement_runs" not in segment
