"""Scores of forecasts through the API: what is paired, grouped, summed and refused."""

import msgspec
import pytest

from api.comparisons.accuracy.answer import EXAMPLE, ForecastAccuracy, Score, ScoreGroup
from tests.api.application import Application
from tests.api.builders import Store
from tests.api.comparisons.scored import ACCURACY, DAY, DAY_AHEAD, ask, forecast, refused, settle


@pytest.fixture
async def plant(store: Store) -> Store:
    """One meter of 100 kW, hourly intervals, and a token for everything."""
    await store.project(interval_seconds=3600)
    await store.meter()
    await store.client()
    return store


async def test_a_forecast_is_scored_against_settlement(plant: Store, api: Application) -> None:
    await forecast(plant, "2026-03-02 00:00", [10, 20, 30])
    await settle(plant, "2026-03-02 00:00", [12, 20, 26], version=1)
    await plant.run(1, "FINAL")
    found = await ask(api)
    total = found["total"]
    # Errors of -2, 0 and +4 kWh in an hour, of 100 kW.
    assert (total["mae"], total["bias"], total["nmae"]) == (2, 0.666667, 0.02)
    assert total["rmse"] == round((20 / 3) ** 0.5, 6)
    assert (total["forecast"], total["observed"]) == (60, 58)
    assert (total["intervals"], total["pairs"]) == (24, 3)
    assert total["settlement_versions"] == [
        {"settlement_version": 1, "settlement_run": "FINAL", "pairs": 3}
    ]
    assert found["truth_reading_validity"] == "net_metering"
    assert found["groups"] == []


async def test_missing_forecasts_and_observations_are_counted_by_the_calendar(
    plant: Store, api: Application
) -> None:
    await forecast(plant, "2026-03-02 00:00", [10, 10, 10])
    await settle(plant, "2026-03-02 01:00", [10, None, 10, 10])
    groups = (await ask(api, by="hour_of_day"))["groups"]
    assert len(groups) == 24
    counts = [(g["pairs"], g["missing_forecasts"], g["missing_observations"]) for g in groups[:5]]
    assert counts == [(0, 0, 1), (1, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 0)]
    assert [group["group"] for group in groups] == list(range(24))
    assert groups[0]["mae"] is None


async def test_both_sides_are_summed_to_the_shortest_interval_that_they_fill(
    plant: Store, api: Application
) -> None:
    await forecast(plant, "2026-03-02 00:00", [10, 20])
    await plant.values("2026-03-02 00:00", [3, 3, 3, 3, 5, 5, 5], interval_seconds=900)
    found = await ask(api, truth="scada")
    assert (found["interval"], found["truth_reading_validity"]) == (3600, "total_gross")
    # Of the second hour a quarter is missing: nothing is known of it.
    assert (found["total"]["pairs"], found["total"]["bias"]) == (1, -2)
    assert found["total"]["missing_observations"] == 1
    assert found["total"]["settlement_versions"] == []


async def test_answers_have_the_members_that_are_documented(plain: Application) -> None:
    found = await ask(plain, by="day")
    example = msgspec.json.decode(msgspec.json.encode(EXAMPLE))
    assert set(found) == set(ForecastAccuracy.__struct_fields__) == set(example)
    assert set(found["total"]) == set(Score.__struct_fields__) == set(example["total"])
    assert set(found["groups"][0]) == set(ScoreGroup.__struct_fields__)


async def test_energy_and_power_are_in_the_project_s_units(store: Store, api: Application) -> None:
    await store.project(interval_seconds=3600, units="MWh")
    await store.meter()
    await store.client()
    await forecast(store, "2026-03-02 00:00", [10.000001])
    await settle(store, "2026-03-02 00:00", [12])
    answer = await api.get(ACCURACY, meter_number="m", **DAY)
    assert '"forecast":0.010000001,"observed":0.012000000,' in answer.text
    assert answer.json()["total"]["mae"] == 0.001999999
    assert answer.json()["power_units"] == "MW"


async def test_a_project_is_scored_as_the_sum_of_its_meters(plant: Store, api: Application) -> None:
    await plant.meter("n")
    for meter, (said, seen) in {"m": (10, 12), "n": (10, 7)}.items():
        await forecast(plant, "2026-03-02 00:00", [said, said], meter=meter)
        await settle(plant, "2026-03-02 00:00", [seen], meter=meter)
        await settle(plant, "2026-03-02 01:00", [seen] if meter == "m" else [None], meter=meter)
    found = await ask(api, meter_number="", cds_productionproject_id="p")
    total = found["total"]
    # Errors of -2 and +3 kWh of 200 kW; of the second hour one meter is missing.
    assert (total["pairs"], total["mae"], total["nmae"]) == (1, 1, 0.005)
    assert total["missing_observations"] == 1


async def test_daylight_only_leaves_out_the_night(store: Store, api: Application) -> None:
    # Golden, Colorado: on March 2 the sun rises at about 13:30Z and sets at about 0:55Z.
    await store.project(interval_seconds=3600, timezone="America/Denver", latitude=39.74,
                        longitude=-105.18)  # fmt: skip
    await store.meter()
    await store.client()
    await forecast(store, "2026-03-02 00:00", [10] * 24)
    await settle(store, "2026-03-02 00:00", [11] * 24)
    found = await ask(api, daylight_only="true", by="hour_of_day")
    lit = [group["group"] for group in found["groups"] if group["pairs"]]
    assert lit == list(range(6, 18))
    assert found["total"]["intervals"] == 12
    assert (await ask(api, daylight_only="false"))["total"]["pairs"] == 24


async def test_daylight_takes_coordinates(plant: Store, api: Application) -> None:
    assert "no coordinates; declare its latitude" in await refused(api, 400, daylight_only="true")


@pytest.mark.parametrize(
    ("parameters", "word"),
    [
        ({"meter_number": ""}, "neither is given"),
        ({"end": "2026-03-02T00:00:00Z"}, "not after start"),
        ({"end": "2076-03-02T00:00:00Z"}, "ask for a shorter range"),
        ({"production_format": "scada"}, "is not one of forecast_day_ahead, forecast_hour_ahead"),
        ({"truth": "forecast_day_ahead"}, "is not one of settlement, scada"),
        ({"reading_validity": "contracted"}, "changes both sides equally"),
        ({"interval": "7200"}, ""),
        ({"by": "week"}, "is not one of none, lead_hour, hour_of_day, day, month"),
        ({"vintage": "yesterday"}, "is not a vintage rule"),
        ({"daylight_only": "1"}, "is not true or false"),
        ({"as_of": "2999-01-01T00:00:00Z"}, "later than now"),
        ({"colour": "blue"}, "is not a parameter"),
    ],
)
async def test_what_is_refused_says_why(
    plain: Application, parameters: dict[str, str], word: str
) -> None:
    if not word:  # two hours tile a UTC day
        assert (await ask(plain, **parameters))["interval"] == 7200
        return
    assert word in await refused(plain, 400, **parameters)


async def test_a_token_needs_both_production_formats(plant: Store, api: Application) -> None:
    await plant.client("forecasts", production_formats=[DAY_AHEAD])
    await plant.client("reads", production_formats=["settlement"])
    await plant.client("both", production_formats=[DAY_AHEAD, "settlement"])
    assert "settlement" in await refused(api, 403, "forecasts")
    assert DAY_AHEAD in await refused(api, 403, "reads")
    assert (await ask(api, "both"))["total"]["pairs"] == 0


async def test_a_meter_that_the_token_may_not_see_is_not_there(
    plant: Store, api: Application
) -> None:
    await plant.client("other", projects=["q"])
    assert "There is no meter m" in await refused(api, 404, "other")
    assert "There is no meter x" in await refused(api, 404, meter_number="x")
