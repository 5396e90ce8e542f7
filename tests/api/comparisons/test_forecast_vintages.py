"""Which forecast and which truth is scored: vintages, models, settlement runs, persistence."""

import pytest

from tests.api.application import Application
from tests.api.builders import Store, micro, utc
from tests.api.comparisons.scored import (
    EARLY,
    NOON,
    ask,
    forecast,
    read_from_stream,
    refused,
    settle,
    vintage,
)


@pytest.fixture
async def plant(store: Store) -> Store:
    """One meter of 100 kW, hourly intervals, and a token for everything."""
    await store.project(interval_seconds=3600)
    await store.meter()
    await store.client()
    return store


@pytest.mark.embedded
async def test_a_resettlement_scores_again_and_as_of_answers_the_earlier_score(
    plant: Store, api: Application
) -> None:
    await forecast(plant, "2026-03-02 00:00", [10, 20])
    await read_from_stream(plant, EARLY, 0, {"2026-03-02 00:00": 11, "2026-03-02 01:00": 21.1})
    before = await ask(api)
    await read_from_stream(plant, utc("2026-03-20"), 3, {"2026-03-02 01:00": 20})
    after = await ask(api)
    assert (before["total"]["mae"], after["total"]["mae"]) == (1.05, 0.5)
    versions = [each["settlement_version"] for each in after["total"]["settlement_versions"]]
    assert versions == [0, 3]
    # To the last digit of every member.
    assert (await ask(api, as_of="2026-03-19T23:59:59Z"))["total"] == before["total"]
    assert (await ask(api, as_of="2026-03-20T00:00:00Z"))["total"] == after["total"]


async def test_a_lower_version_that_comes_late_does_not_score_again(
    plant: Store, api: Application
) -> None:
    await forecast(plant, "2026-03-02 00:00", [10])
    await read_from_stream(plant, EARLY, 3, {"2026-03-02 00:00": 11})
    before = await ask(api)
    await read_from_stream(plant, utc("2026-03-20"), 1, {"2026-03-02 00:00": 19})
    assert await ask(api) == before
    assert (await ask(api, settlement="version:1"))["total"]["mae"] == 9


async def test_an_earlier_settlement_run_can_be_the_truth(plant: Store, api: Application) -> None:
    await forecast(plant, "2026-03-02 00:00", [10])
    await settle(plant, "2026-03-02 00:00", [14], version=2)
    for version, energy in ((0, 11), (2, 14)):
        await plant.insert(
            "settlement_read", meter_id=await plant.meter_id("m"), channel="NET",
            interval_start=utc("2026-03-02"), interval_seconds=3600, settlement_version=version,
            energy_microkwh=micro(energy), quality="revenue", read_at=EARLY, source_id=1,
            kafka_offset=version,
        )  # fmt: skip
    assert (await ask(api))["total"]["mae"] == 4
    assert (await ask(api, settlement="initial"))["total"]["mae"] == 1
    assert "is not a settlement run" in await refused(api, 400, settlement="TRUE_UP")


async def test_skill_is_against_the_same_interval_of_the_day_before(
    plant: Store, api: Application
) -> None:
    await settle(plant, "2026-03-01 00:00", [10, 10])
    await settle(plant, "2026-03-02 00:00", [12, 14])
    await forecast(plant, "2026-03-02 00:00", [11, 13])
    total = (await ask(api))["total"]
    # Errors of the forecast -1, -1, of persistence -2, -4.
    assert (total["skill"], total["skill_pairs"]) == (round(1 - (2 / 20) ** 0.5, 6), 2)


async def test_persistence_of_a_day_ahead_forecast_knows_what_was_over_when_it_was_issued(
    plant: Store, api: Application
) -> None:
    # Issued at noon of March 1: of 13:00 that day was not over, the day before was.
    await settle(plant, "2026-02-28 13:00", [5])
    await settle(plant, "2026-03-01 13:00", [99])
    await settle(plant, "2026-03-02 13:00", [8])
    await forecast(plant, "2026-03-02 13:00", [7])
    total = (await ask(api))["total"]
    assert total["skill"] == round(1 - 1 / 3, 6)


async def test_groups_by_lead_are_whole_hours_from_issue_to_start(
    plant: Store, api: Application
) -> None:
    await forecast(plant, "2026-03-02 00:00", [10, 11])
    await settle(plant, "2026-03-02 00:00", [10, 10])
    found = await ask(api, by="lead_hour")
    assert [(g["group"], g["mae"]) for g in found["groups"]] == [(12, 0), (13, 1)]
    assert found["groups"][0]["missing_forecasts"] is None
    assert found["total"]["missing_observations"] == 0


async def test_with_all_vintages_each_counts_at_its_own_lead(
    plant: Store, api: Application
) -> None:
    await settle(plant, "2026-03-02 00:00", [10] * 6)
    await vintage(plant, "2026-03-02 05:00", 11, utc("2026-03-02 04:30"))
    await vintage(plant, "2026-03-02 05:00", 13, utc("2026-03-02 02:30"), in_time=False)
    await vintage(plant, "2026-03-02 04:00", 15, utc("2026-03-02 02:30"))
    found = await ask(api, production_format="forecast_hour_ahead", vintage="all", by="lead_hour")
    assert [(g["group"], g["pairs"], g["mae"]) for g in found["groups"]] == [
        (0, 1, 1), (1, 1, 5), (2, 1, 3),
    ]  # fmt: skip
    assert (found["total"]["pairs"], found["total"]["missing_forecasts"]) == (3, 4)
    newest = await ask(api, production_format="forecast_hour_ahead", vintage="newest")
    assert newest["total"]["mae"] == 3
    early = await ask(api, production_format="forecast_hour_ahead", vintage="lead:120")
    assert early["total"]["mae"] == 3
    assert early["total"]["pairs"] == 1


async def test_only_the_vintages_of_a_model_are_scored(plant: Store, api: Application) -> None:
    await settle(plant, "2026-03-02 00:00", [10] * 6)
    await vintage(plant, "2026-03-02 05:00", 11, utc("2026-03-02 04:00"), model="a")
    await vintage(plant, "2026-03-02 05:00", 15, utc("2026-03-02 04:00"), model="b")
    every = {"production_format": "forecast_hour_ahead", "vintage": "all"}
    assert (await ask(api, **every))["total"]["mae"] == 3
    assert (await ask(api, model="a", **every))["total"]["mae"] == 1


async def test_a_vintage_recorded_later_is_not_in_an_earlier_score(
    plant: Store, api: Application
) -> None:
    await settle(plant, "2026-03-02 00:00", [10])
    for power, recorded_at in ((11, NOON), (19, utc("2026-03-05"))):
        await vintage(
            plant,
            "2026-03-02 00:00",
            power,
            utc("2026-03-01 11:00"),
            recorded_at=recorded_at,
            kafka_offset=power,
        )
    every = {"production_format": "forecast_hour_ahead", "vintage": "all"}
    assert (await ask(api, **every))["total"][
        "mae"
    ] == 9  # said again with another value: the last counts
    assert (await ask(api, as_of="2026-03-04T00:00:00Z", **every))["total"]["mae"] == 1


@pytest.mark.embedded
async def test_quantiles_are_scored_by_pinball_loss(plant: Store, api: Application) -> None:
    await forecast(
        plant, "2026-03-02 00:00", [10, 10], p10_microkwh=micro(8), p90_microkwh=micro(12)
    )
    await settle(plant, "2026-03-02 00:00", [11, 7])
    total = (await ask(api))["total"]
    # p10: 0.1 x 3 and 0.9 x 1; p90: 0.1 x 1 and 0.1 x 5.
    assert (total["pinball_p10"], total["pinball_p90"]) == (0.6, 0.3)
    assert (total["p10_reached"], total["p90_reached"]) == (0.5, 1)


async def test_all_vintages_of_a_project_are_sums_of_its_meters(
    plant: Store, api: Application
) -> None:
    await plant.meter("n")
    issued_at = utc("2026-03-02 02:30")
    for meter, power in {"m": 10, "n": 20}.items():
        await settle(plant, "2026-03-02 05:00", [16], meter=meter)
        await vintage(
            plant, "2026-03-02 05:00", power, issued_at, meter_id=await plant.meter_id(meter)
        )
    await vintage(plant, "2026-03-02 05:00", 99, utc("2026-03-02 03:30"))  # of one meter alone
    found = await ask(api, meter_number="", cds_productionproject_id="p", vintage="all",
                      production_format="forecast_hour_ahead", by="lead_hour")  # fmt: skip
    assert [(g["group"], g["pairs"], g["bias"]) for g in found["groups"]] == [(2, 1, -2)]
