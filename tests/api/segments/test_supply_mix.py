"""`electric_supply_mix`: what the energy of a segment is made of, beside it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.segments.details import Covering, Supply, SupplyComponent
from api.segments.supply_mix import supply_mix
from api.web.shapes import as_json
from tests.api.application import SEGMENTS, Application
from tests.api.builders import Store, utc
from tests.api.customer_builder import certificate, pdf
from tests.api.segment_builder import START, segment

NOON = utc("2026-03-01 12:00")
QUARTER = timedelta(minutes=15)


@pytest.fixture
async def plant(store: Store) -> Store:
    """A project with a day of gross power and load, a settlement and a forecast."""
    await store.project()
    await store.meter()
    await store.client()
    for columns in (
        {}, {"channel": "STATION_LOAD"},
        {"production_format": "settlement", "quality": "revenue"},
        {"production_format": "forecast_day_ahead", "issued_at": utc("2026-02-28")},
    ):  # fmt: skip
        await store.values("2026-03-01 12:00", [1, None, 3], interval_seconds=900, **columns)
    return store


async def part(store: Store, supply_type: str, ratio: str, **columns: Any) -> None:
    place = len(await store.execute("SELECT FROM supply_mix"))
    await store.insert("supply_mix", **{
        "cds_productionproject_id": "p", "place": place, "supply_type": supply_type,
        "ratio": Decimal(ratio), "attribution": "individual",
    } | columns)  # fmt: skip
    await store.execute("UPDATE catalogue_version SET version = version + 1")


async def mix(api: Application, token: str = "all", **parameters: str) -> dict[str, Any]:
    """The mix columns of the only segment, by id: format and cells."""
    (found,) = await api.items(SEGMENTS, token, **({"production_formats": "scada"} | parameters))
    return {
        each["id"]: (each, [values[place] for values in found["values"]])
        for place, each in enumerate(found["formats"])
        if each["type"] == "electric_supply_mix"
    }


async def test_a_part_is_a_column_that_names_the_energies_it_describes(
    plant: Store, api: Application
) -> None:
    await part(plant, "solar", "0.75", carbon_intensity=Decimal(0))
    await part(plant, "general", "0.250", attribution="residual", carbon_intensity=Decimal("41.5"))
    (found,) = await api.items(SEGMENTS, production_formats="scada")
    types = [each["type"] for each in found["formats"]]
    assert types == ["electric_usage"] * 2 + ["electric_supply_mix"] * 2
    assert (await mix(api))["gridfeed_supply_mix_solar_individual_0_1"] == (
        {"id": "gridfeed_supply_mix_solar_individual_0_1", "type": "electric_supply_mix",
         "indexes": [0, 1], "attribution": "individual", "supply_type": "solar"},
        [{"sm": 0.75, "ci": 0}] * 3,
    )  # fmt: skip
    assert (await mix(api))["gridfeed_supply_mix_general_residual_0_1"][1] == [
        {"sm": 0.25, "ci": 41.5}] * 3  # fmt: skip
    assert '{"sm":0.250,"ci":41.5}' in (await api.get(SEGMENTS)).text


async def test_columns_that_are_not_asked_for_are_not_counted(
    plant: Store, api: Application
) -> None:
    await part(plant, "solar", "1")
    (described,) = (await mix(api, reading_validities="net_metering")).values()
    assert described[0]["indexes"] == [0]
    assert (await mix(api, reading_validities="total_gross")).keys() == {
        "gridfeed_supply_mix_solar_individual_0"}  # fmt: skip


async def test_what_measures_no_energy_has_no_mix(plant: Store, api: Application) -> None:
    await part(plant, "solar", "1")
    await plant.share("50%")
    assert await mix(api, production_formats="settlement")
    assert await mix(api, production_formats="forecast_day_ahead") == {}
    assert await mix(api, reading_validities="contracted") == {}


async def test_a_mix_is_null_where_it_is_not_in_force(plant: Store, api: Application) -> None:
    await part(plant, "solar", "1", ends_at=NOON + QUARTER)
    await part(plant, "wind", "0.5", starts_at=NOON + QUARTER)
    assert {name: cells for name, (_, cells) in (await mix(api)).items()} == {
        "gridfeed_supply_mix_solar_individual_0_1": [{"sm": 1}, None, None],
        "gridfeed_supply_mix_wind_individual_0_1": [None, {"sm": 0.5}, {"sm": 0.5}],
    }


async def test_a_mix_of_another_time_or_project_is_not_shown(
    plant: Store, api: Application
) -> None:
    await plant.project("q")
    await part(plant, "solar", "1", ends_at=NOON)
    await part(plant, "wind", "1", cds_productionproject_id="q")
    assert await mix(api) == {}


async def test_certificates_are_named_where_they_cover_the_interval(
    plant: Store, api: Application
) -> None:
    await pdf(plant)
    await certificate(plant, "e1", "p", period_start=NOON, period_end=NOON + 2 * QUARTER)
    await certificate(plant, "e2", "p", period_start=NOON + timedelta(minutes=10),
                      period_end=NOON + timedelta(days=1))  # fmt: skip
    await part(plant, "solar", "0.8")
    await part(plant, "general", "0.2", attribution="residual")
    cells = {name: cells for name, (_, cells) in (await mix(api)).items()}
    assert cells["gridfeed_supply_mix_solar_individual_0_1"] == [
        {"sm": 0.8, "eacs": ["e1"]}, {"sm": 0.8, "eacs": ["e1", "e2"]},
        {"sm": 0.8, "eacs": ["e2"]}]  # fmt: skip
    assert cells["gridfeed_supply_mix_general_residual_0_1"] == [{"sm": 0.2}] * 3


async def test_of_two_individual_parts_nobody_knows_which_is_certified(
    plant: Store, api: Application
) -> None:
    await pdf(plant)
    await certificate(plant, "e1", "p", period_start=NOON, period_end=NOON + timedelta(days=1))
    await part(plant, "solar", "0.5")
    await part(plant, "wind", "0.5")
    assert [cells for _, cells in (await mix(api)).values()] == [[{"sm": 0.5}] * 3] * 2


async def test_a_new_mix_changes_the_entity_tag(plant: Store, api: Application) -> None:
    headers = {
        "authorization": "Bearer all",
        "if-none-match": (await api.get(SEGMENTS)).headers["etag"],
    }
    assert [(await api.raw("GET", SEGMENTS, **headers)).status_code for _ in range(2)] == [304, 304]
    await part(plant, "solar", "1")
    assert (await api.raw("GET", SEGMENTS, **headers)).status_code == 200


LENGTH = 4
INSTANTS = st.none() | st.integers(-1, 2 * LENGTH + 1).map(lambda n: START + n * QUARTER / 2)
COMPONENTS = st.builds(
    SupplyComponent,
    supply_type=st.sampled_from(["solar", "wind"]),
    attribution=st.sampled_from(["individual", "residual"]),
    ratio=st.sampled_from([Decimal("0.25"), Decimal(1)]),
    carbon_intensity=st.none() | st.just(Decimal("1.50")),
    starts_at=INSTANTS,
    ends_at=INSTANTS,
)
CERTIFICATES = st.builds(
    Covering,
    cds_eac_id=st.sampled_from(["e1", "e2"]),
    starts_at=INSTANTS.filter(bool),
    ends_at=INSTANTS.filter(bool),
)


def plainly(supply: Supply) -> dict[tuple[str, str], list[Any]]:
    """What each interval by itself is made of."""
    found: dict[tuple[str, str], list[Any]] = {}
    for place in range(LENGTH):
        start = START + place * QUARTER
        in_force = [
            c for c in supply.components
            if (c.starts_at or start) <= start and (c.ends_at is None or start < c.ends_at)
        ]  # fmt: skip
        alone = [c.attribution for c in in_force].count("individual") == 1
        for each in in_force:
            cell: dict[str, Any] = {"sm": float(each.ratio)}
            if each.carbon_intensity is not None:
                cell["ci"] = float(each.carbon_intensity)
            eacs = [
                e.cds_eac_id for e in supply.certificates
                if e.starts_at <= start and start + QUARTER <= e.ends_at
            ]  # fmt: skip
            if alone and each.attribution == "individual" and eacs:
                cell["eacs"] = eacs
            column = found.setdefault((each.supply_type, each.attribution), [None] * LENGTH)
            column[place] = cell
    return found


@given(st.builds(Supply, st.lists(COMPONENTS, max_size=4), st.lists(CERTIFICATES, max_size=2)))
def test_the_columns_are_those_of_every_interval_by_itself(supply: Supply) -> None:
    details = supply_mix(replace(segment(LENGTH), supply=supply), [0])
    found = {}
    for each in details:
        shape = orjson.loads(as_json(each.value_format))
        found[shape["supply_type"], shape["attribution"]] = list(map(orjson.loads, each.cells))
    assert found == plainly(supply)
    assert len(found) == len(details)
