"""A meter that changed project: each project's clients see their time, and nothing of the other."""

from datetime import timedelta
from typing import Any

import pytest

from tests.api.application import (
    CHANGES,
    METERS,
    PROJECTS,
    SEGMENTS,
    TELEMETRY,
    Application,
)
from tests.api.builders import Store, utc

MOVE = utc("2026-03-02 07:00")  # midnight in Denver
DAY = {"start": "2026-03-02T00:00:00Z", "end": "2026-03-03T00:00:00Z"}


async def move(store: Store) -> Store:
    """Meter m of project alpha, from 2 March on of beta; settlement and load only before."""
    for name in ("alpha", "beta"):
        await store.project(name, timezone="America/Denver", contract_type=f"type-{name}")
        await store.client(f"T_{name}", projects=[name])
    await store.client("all")
    await store.meter("m", "alpha")
    await store.move("beta", MOVE)
    await store.values("2026-03-02 06:50", [11, 22, 33, 44])
    await store.values("2026-03-02 06:50", [-1, -1], channel="STATION_LOAD")
    await store.values("2026-03-01 07:00", [55], production_format="settlement")
    await store.change(
        "2026-03-02 06:50",
        interval_to=utc("2026-03-02 07:10"),
        cause="late_samples",
        delta_microkwh=123_000_000,
    )
    await store.change(
        "2026-03-02 07:05", kind="CORRECTED", cause="edit", delta_microkwh=-1_500_000
    )
    await store.block("2026-03-02 06:55", [(0, 6.5), (200, 6.75)])
    await store.block("2026-03-02 07:00", [(0, 7.5), (200, 7.75)])
    return store


@pytest.fixture
async def moved(store: Store) -> Store:
    """The meter that moved, for a test that changes something."""
    return await move(store)


@pytest.fixture(scope="module")
async def after_the_move(module_store: Store, module_api: Application) -> Application:
    """The application over the meter that moved, for tests that only read."""
    await move(module_store)
    return module_api


async def by_project(api: Application, token: str, **filters: object) -> list[tuple[str, str, int]]:
    return [
        (s["related_productionprojects"][0], s["cds_usagesegment_id"], len(s["values"]))
        for s in await api.items(SEGMENTS, token, **filters)
    ]


OF_ALPHA = [("alpha", "m:settlement:2026-03-01:300", 1), ("alpha", "m:scada:2026-03-01:300", 2)]
OF_BETA = [("beta", "m:scada:2026-03-02:300", 2)]


@pytest.mark.embedded
async def test_a_day_belongs_to_the_project_that_the_meter_belonged_to(
    after_the_move: Application,
) -> None:
    assert await by_project(after_the_move, "all") == OF_ALPHA + OF_BETA
    assert await by_project(after_the_move, "T_alpha") == OF_ALPHA
    assert await by_project(after_the_move, "T_beta") == OF_BETA


async def test_the_project_s_filter_chooses_its_time(after_the_move: Application) -> None:
    assert await by_project(after_the_move, "all", cds_productionproject_ids="alpha") == OF_ALPHA
    assert await by_project(after_the_move, "all", cds_productionproject_ids="beta") == OF_BETA
    assert await by_project(after_the_move, "T_beta", cds_productionproject_ids="alpha") == []


async def test_an_id_of_the_other_s_time_is_as_unknown_as_none(after_the_move: Application) -> None:
    theirs = {"cds_usagesegment_ids": "m:scada:2026-03-01:300"}
    assert len(await after_the_move.items(SEGMENTS, "T_alpha", **theirs)) == 1
    assert await after_the_move.items(SEGMENTS, "T_beta", **theirs) == []


async def test_both_projects_list_the_meter(after_the_move: Application) -> None:
    listed = {p["cds_productionproject_id"]: p for p in await after_the_move.items(PROJECTS)}
    assert [listed[name]["meter_number"] for name in ("alpha", "beta")] == [["m"], ["m"]]
    assert listed["beta"]["related_meterdevices"] == ["md-m"]
    found = await after_the_move.items(PROJECTS, meter_numbers="m")
    assert {p["cds_productionproject_id"] for p in found} == {"alpha", "beta"}


async def test_a_project_offers_what_the_meter_had_in_its_time(after_the_move: Application) -> None:
    offered = {
        p["cds_productionproject_id"]: (p["available_formats"], p["available_reading_validity"])
        for p in await after_the_move.items(PROJECTS)
    }
    assert set(offered["alpha"][0]) == {"scada", "settlement"}
    assert offered["beta"][0] == ["scada"]
    assert set(offered["alpha"][1]) == {"total_gross", "net_metering"}
    assert offered["beta"][1] == ["total_gross"]
    assert await after_the_move.items(PROJECTS, "T_beta", available_formats="settlement") == []


async def test_a_meter_that_came_back_is_listed_once(moved: Store, api: Application) -> None:
    await moved.move("alpha", MOVE + timedelta(days=1))
    await moved.value("2026-03-03 07:00", 66)
    assert [p["meter_number"] for p in await api.items(PROJECTS, "T_alpha")] == [["m"]]
    assert await by_project(api, "T_alpha") == [*OF_ALPHA, ("alpha", "m:scada:2026-03-03:300", 1)]
    assert await by_project(api, "T_beta") == OF_BETA
    assert len(await api.items(METERS, "T_alpha")) == 1


async def test_load_of_the_other_s_time_makes_no_meter_bidirectional(
    after_the_move: Application,
) -> None:
    kinds = [
        (await after_the_move.items(METERS, token))[0]["meter_types"][-1]
        for token in ("T_alpha", "T_beta")
    ]
    assert kinds == ["bidirectional", "reverse_only"]


@pytest.mark.embedded
async def test_a_change_over_the_move_is_shown_in_parts(moved: Store, api: Application) -> None:
    async def seen(token: str) -> list[tuple[Any, ...]]:
        await moved.settle()
        rows = (await api.get(CHANGES, token)).json()["changes"]
        return [
            (c["cds_productionproject_id"], c["interval_from"][11:16], c["interval_to"][11:16],
             c["delta_energy"]) for c in rows
        ]  # fmt: skip

    assert await seen("T_alpha") == [("alpha", "06:50", "07:00", None)]
    assert await seen("T_beta") == [
        ("beta", "07:00", "07:10", None),
        ("beta", "07:05", "07:10", -1.5),
    ]
    assert await seen("all") == [("alpha", "06:50", "07:10", 123), ("beta", "07:05", "07:10", -1.5)]


async def test_samples_are_those_of_the_project_s_time(after_the_move: Application) -> None:
    async def powers(token: str) -> list[float]:
        answer = await after_the_move.get(TELEMETRY, token, meter_number="m", **DAY)
        return [sample["power_kw"] for sample in answer.json()["samples"]]

    assert await powers("all") == [6.5, 6.75, 7.5, 7.75]
    assert await powers("T_alpha") == [6.5, 6.75]
    assert await powers("T_beta") == [7.5, 7.75]


@pytest.mark.embedded
async def test_the_past_has_the_same_borders(moved: Store, api: Application) -> None:
    await moved.execute("UPDATE series SET created_at = '2026-03-01Z'")
    await moved.execute("UPDATE interval_value SET recorded_at = '2026-03-06Z'")
    for start in ("2026-03-02 06:50", "2026-03-02 07:00"):
        await moved.version(start, 5, utc("2026-03-06"), recorded_at=utc("2026-03-03"))
        await moved.version(start, 6, utc("2026-03-03"), recorded_at=utc("2026-03-02"), final=False)
    for as_of in ("2026-03-02T12:00:00Z", "2026-03-05T00:00:00Z"):
        assert await by_project(api, "T_alpha", as_of=as_of) == [("alpha", OF_ALPHA[1][1], 1)]
        assert await by_project(api, "T_beta", as_of=as_of) == [("beta", OF_BETA[0][1], 1)]


@pytest.mark.parametrize(("token", "other"), [("T_alpha", "beta"), ("T_beta", "alpha")])
async def test_a_token_of_one_project_never_reads_the_other_s_name(
    after_the_move: Application, token: str, other: str
) -> None:
    numbers = {"alpha": ["11.0", "22.0", "55.0"], "beta": ["33.0", "44.0"]}[other]
    for path, parameters in [
        (PROJECTS, {}), (METERS, {}), (SEGMENTS, {}), (CHANGES, {}),
        (SEGMENTS, {"as_of": "2026-11-01T00:00:00Z"}), (TELEMETRY, {"meter_number": "m"} | DAY),
    ]:  # fmt: skip
        text = (await after_the_move.get(path, token, **parameters)).text
        assert other not in text
        assert not [number for number in numbers if f'eu":-{number}' in text]


async def test_an_interval_of_no_membership_is_nobody_s(moved: Store, api: Application) -> None:
    await moved.execute(
        "UPDATE membership SET ends_at = '2026-03-02 06:55Z' WHERE ends_at < 'infinity'"
    )
    assert await by_project(api, "all") == [OF_ALPHA[0], ("alpha", OF_ALPHA[1][1], 1), *OF_BETA]


async def test_the_listing_goes_on_over_the_move_in_both_directions(
    store: Store, api: Application
) -> None:
    await store.project("alpha")
    await store.project("beta")
    await store.meter("m", "alpha")
    await store.client()
    await store.client("T_beta", projects=["beta"])
    first = utc("2025-01-01")
    await store.move("beta", first + timedelta(days=150))
    for day in range(300):
        await store.value(first + timedelta(days=day), day)
    pages = [each async for each in api.pages(SEGMENTS)]
    projects = [s["related_productionprojects"][0] for p in pages for s in p["usage_segments"]]
    assert projects == ["alpha"] * 150 + ["beta"] * 150
    again = (await api.get(pages[2]["previous"])).json()
    assert again["usage_segments"] == pages[1]["usage_segments"]
    theirs = [s async for page in api.pages(SEGMENTS, "T_beta") for s in page["usage_segments"]]
    assert theirs == [s for p in pages for s in p["usage_segments"]][150:]
