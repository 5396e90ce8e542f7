"""Which settlement run and which forecast vintage a column holds."""

import pytest

from tests.api.application import Application
from tests.api.builders import Store, utc
from tests.api.comparisons.series_builder import HOUR, SERIES, ask, columns, read, vintage

QUARTER = {"interval_seconds": 900}
SETTLED = {"production_format": "settlement", "quality": "revenue", **QUARTER}
RUNS = "latest initial FINAL through:FINAL version:2 through:TRUE_UP"


async def declare(store: Store) -> Store:
    await store.project(interval_seconds=900)
    await store.meter()
    await store.client()
    return store


@pytest.fixture
async def plant(store: Store) -> Store:
    return await declare(store)


@pytest.fixture
async def settled(plant: Store) -> Store:
    """Four intervals: settled once; settled finally; only initially, then trued up; edited."""
    for version, code in enumerate(("INITIAL", "FINAL", "TRUE_UP")):
        await plant.run(version, code)
    every = [[10], [10, 11], [10, None, 12], [10, 11, 12]]
    for place, energies in enumerate(every):
        for version, energy in enumerate(energies):
            if energy is not None:
                await read(plant, f"2026-03-01 00:{place * 15:02}", energy + place / 10, version)
    await plant.values("2026-03-01", ["10", "11.1", "12.2", "99"], settlement_version=2, **SETTLED)
    return plant


async def test_each_settlement_choice_has_a_column(settled: Store, api: Application) -> None:
    found = columns(await ask(api, production_formats="settlement", settlement=RUNS))
    assert {name.removeprefix("settlement_total_gross_kwh"): v for name, v in found.items()} == {
        "": [10, 11.1, 12.2, 99],  # what is published: the edit counts
        "_initial": [10, 10.1, 10.2, 10.3],
        "_FINAL": [None, 11.1, None, 11.3],
        "_through:FINAL": [10, 11.1, 10.2, 11.3],
        "_version:2": [None, None, 12.2, 12.3],
        "_through:TRUE_UP": [10, 11.1, 12.2, 12.3],
    }


async def test_the_choice_stands_in_the_column(settled: Store, api: Application) -> None:
    (column,) = (await ask(api, production_formats="settlement", settlement="FINAL"))["columns"]
    assert column["settlement"] == "FINAL"


async def test_of_reads_of_one_version_the_newest_counts(plant: Store, api: Application) -> None:
    await read(plant, "2026-03-01", 1, 0, read_at=utc("2026-03-06"))
    await read(plant, "2026-03-01", 2, 0, read_at=utc("2026-03-05"), kafka_offset=9)
    await read(plant, "2026-03-01 00:15", 1, 0, kafka_offset=1)
    await read(plant, "2026-03-01 00:15", 2, 0, kafka_offset=2)
    await read(plant, "2026-03-01 00:15", 3, 0, kafka_offset=0)
    await plant.values("2026-03-01", [1, 2], **SETTLED)
    found = columns(await ask(api, production_formats="settlement", settlement="initial"))
    assert found["settlement_total_gross_kwh_initial"] == [1, 2, None, None]


async def test_a_run_is_known_from_when_it_was_recorded(settled: Store, api: Application) -> None:
    await settled.execute(
        "UPDATE settlement_read SET recorded_at = $1 WHERE settlement_version = 2",
        utc("2026-06-01"),
    )
    asked = {"production_formats": "settlement", "settlement": "through:2",
             "reading_validities": "total_gross"}  # fmt: skip
    then = columns(await ask(api, as_of="2026-05-31T00:00:00Z", **asked))
    assert then["settlement_total_gross_kwh_through:2"] == [10, 11.1, 10.2, 11.3]
    later = columns(await ask(api, as_of="2026-06-01T00:00:00Z", **asked))
    assert later["settlement_total_gross_kwh_through:2"] == [10, 11.1, 12.2, 12.3]


async def test_an_unknown_run_is_refused_with_the_known_ones(
    settled: Store, api: Application
) -> None:
    answer = await api.get(SERIES, meter_number="m", settlement="R1", **HOUR)
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "settlement"
    assert "INITIAL, FINAL, TRUE_UP" in answer.json()["detail"]


async def test_a_run_is_that_of_the_project_an_interval_belongs_to(
    settled: Store, api: Application
) -> None:
    await settled.project("q", interval_seconds=900)
    await settled.run(0, "R1", "q")
    await settled.move("q", utc("2026-03-01 00:30"))
    found = columns(await ask(api, production_formats="settlement", settlement="FINAL R1"))
    assert found == {
        "settlement_total_gross_kwh_FINAL": [None, 11.1, None, None],
        "settlement_total_gross_kwh_R1": [None, None, 10.2, 10.3],
    }


async def issue(plant: Store) -> Store:
    """The hour from 00:00: vintages of 40 kW in time, 44 after the gate, 48 shortly before."""
    for minute in range(0, 60, 15):
        start = f"2026-03-01 00:{minute:02}"
        await vintage(plant, start, 40, utc("2026-02-28 09:00"), p10_microkw=36_000_000)
        await vintage(plant, start, 44, utc("2026-02-28 12:00"), in_time=False)
        await vintage(plant, start, 48, utc("2026-02-28 23:30"), in_time=False, model="late")
        await vintage(plant, start, "20.000002", utc("2026-02-28 08:00"), model="own")
    await plant.values("2026-03-01", [10] * 4, production_format="forecast_day_ahead", **QUARTER)
    return plant


@pytest.fixture
async def forecast(plant: Store) -> Store:
    """The forecast hour, for a test that changes something."""
    return await issue(plant)


@pytest.fixture(scope="module")
async def vintages(module_store: Store, module_api: Application) -> Application:
    """The application over the forecast hour, for tests that only read."""
    await issue(await declare(module_store))
    return module_api


@pytest.mark.parametrize(
    ("rule", "energies"),
    [
        ("gate", [10, 10, 10, 10]),
        ("newest", [12, 12, 12, 12]),
        ("lead:45", [11, 12, 12, 12]),  # 23:30 is 30 minutes before the first, 45 the second
        ("lead:720", [11, 11, 11, 11]),
        ("lead:721", [10, 11, 11, 11]),
        ("issued_before:2026-02-28T12:00:00Z", [10, 10, 10, 10]),
        ("issued_before:2026-02-28T08:00:00Z", [None] * 4),
    ],
)
async def test_each_vintage_rule_chooses_its_vintage(
    vintages: Application, rule: str, energies: list[float]
) -> None:
    document = await ask(vintages, vintage=rule)
    assert columns(document)[document["columns"][0]["id"]] == energies
    assert document["columns"][0]["vintage"] == rule


async def test_a_model_narrows_every_rule(vintages: Application) -> None:
    async def energies(rule: str, model: str) -> list[float]:
        return [row[1] for row in (await ask(vintages, vintage=rule, model=model))["rows"]]

    # 20.000002 kW x 15 min = 5.0000005 kWh, half to even.
    assert await energies("gate", "own") == [5] * 4
    assert await energies("gate", "late") == [None] * 4
    assert await energies("newest", "late") == [12] * 4


async def test_several_rules_stand_side_by_side(vintages: Application) -> None:
    ids = [column["id"] for column in (await ask(vintages, vintage="gate newest"))["columns"]]
    assert ids[::3] == [
        "forecast_day_ahead_total_gross_kwh",
        "forecast_day_ahead_total_gross_kwh_newest",
    ]


async def test_quantiles_are_the_vintages_own(vintages: Application) -> None:
    found = columns(await ask(vintages, vintage="issued_before:2026-02-28T10:00:00Z"))
    assert [v for name, v in found.items() if "_p10" in name] == [[9, 9, 9, 9]]
    longer = columns(
        await ask(vintages, vintage="issued_before:2026-02-28T10:00:00Z", interval=1800)
    )
    assert [v for name, v in longer.items() if "_p10" in name] == [[None, None]]
    assert longer["forecast_day_ahead_total_gross_kwh_issued_before:2026-02-28T10:00:00Z"] == [
        20,
        20,
    ]


async def test_a_forecast_has_no_contracted_share(forecast: Store, api: Application) -> None:
    await forecast.share("50%")
    assert columns(await ask(api, reading_validities="contracted")) == {}
