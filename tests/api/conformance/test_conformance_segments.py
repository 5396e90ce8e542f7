"""Digest 7.9 on the database: which segments there are, filters, order."""

from itertools import pairwise
from typing import Any

import pytest

from tests.api.application import METERS, PROJECTS, SEGMENTS, Application
from tests.api.builders import Store, utc

RELATED = ["aggregations", "accounts", "servicecontracts", "servicepoints", "meterdevices",
           "billsections"]  # fmt: skip
FORECASTS = ("forecast_day_ahead", "forecast_hour_ahead")


async def publish(store: Store) -> Store:
    """Project j1 with meters m1 and m2 in all data sets over three days, project j2 without any."""
    await store.project("j1", contract_rule="40%")
    await store.project("j2")
    await store.client()
    for number in ("m1", "m2"):
        await store.meter(number, "j1")
        for day in ("2026-03-01", "2026-03-02", "2026-03-03"):
            await store.values(f"{day} 06:00", [100, None, 50], meter=number)
            await store.values(f"{day} 06:00", ["10.5", 2], meter=number, interval_seconds=900,
                               production_format="settlement", quality="revenue")  # fmt: skip
            for product in FORECASTS:
                await store.values(
                    f"{day} 06:00",
                    [7, 8],
                    meter=number,
                    interval_seconds=3600,
                    production_format=product,
                    issued_at=utc("2026-02-28"),
                )
    await store.values("2026-03-01 06:00", [-1, -1, -1], meter="m2", channel="STATION_LOAD")
    return store


@pytest.fixture
async def plants(store: Store) -> Store:
    """The published plants, for a test that changes something."""
    return await publish(store)


@pytest.fixture(scope="module")
async def shared(module_store: Store, module_api: Application) -> Application:
    """The application over the published plants, for tests that only read."""
    await publish(module_store)
    return module_api


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["cds_usagesegment_id"] for item in items]


async def test_there_is_one_segment_a_meter_format_local_day_and_interval(
    plants: Store, api: Application
) -> None:
    await plants.value("2026-03-03 12:00", 1, meter="m2", interval_seconds=600)
    found = ids(await api.items(SEGMENTS))
    lengths = {"scada": 300, "settlement": 900, **dict.fromkeys(FORECASTS, 3600)}
    assert sorted(found) == sorted(
        [
            f"{meter}:{production_format}:2026-03-0{day}:{seconds}"
            for meter in ("m1", "m2")
            for production_format, seconds in lengths.items()
            for day in (1, 2, 3)
        ]
        + ["m2:scada:2026-03-03:600"]
    )


async def test_75_76_related_arrays_name_what_the_token_can_list(shared: Application) -> None:
    meters = {item["cds_meterdevice_id"] for item in await shared.items(METERS)}
    projects = {item["cds_productionproject_id"] for item in await shared.items(PROJECTS)}
    for segment in await shared.items(SEGMENTS):
        assert all(isinstance(segment[f"related_{name}"], list) for name in RELATED)
        assert len(segment["related_meterdevices"]) == 1
        assert set(segment["related_meterdevices"]) <= meters
        assert segment["related_productionprojects"] == ["j1"]
        assert set(segment["related_productionprojects"]) <= projects


async def test_77_78_79_every_value_set_is_as_long_as_formats_and_fills_the_segment(
    shared: Application,
) -> None:
    for segment in await shared.items(SEGMENTS):
        start, end = (utc(segment[name].removesuffix("Z")) for name in
                      ("segment_start", "segment_end"))  # fmt: skip
        assert segment["interval"] > 0
        assert len(segment["values"]) * segment["interval"] == (end - start).total_seconds()
        assert {len(values) for values in segment["values"]} == {len(segment["formats"])}


async def test_81_82_83_85_86_value_formats(shared: Application) -> None:
    usage = {"gridfeed_contracted_usage": {"Wh", "kWh", "MWh"}}
    units = usage | {"electric_usage": {"Wh", "kWh", "MWh"}, "electric_demand": {"W", "kW", "MW"}}
    qualities = {"raw", "manual", "valid", "revenue", "estimated", "calculated", "corrected"}
    for segment in await shared.items(SEGMENTS):
        for value_format in segment["formats"]:
            assert isinstance(value_format["id"], str)
            assert value_format["units"] in units.get(value_format["type"], {"kWh"})
            assert value_format["direction"] in {"net", "forward", "reverse"}
            assert value_format.get("quality", "raw") in qualities
            assert None not in value_format.values()
            if value_format["type"] == "electric_demand":
                assert value_format["demand_type"] in {"average", "peak"}


async def test_84_exported_energy_is_negative(shared: Application) -> None:
    answer = await shared.get(SEGMENTS, cds_usagesegment_ids="m1:settlement:2026-03-01:900")
    assert '"values":[[{"eu":-10.500000},{"cu":-4.2000000}],' in answer.text


async def test_80_a_missing_reading_is_null_in_place(plants: Store, api: Application) -> None:
    (segment,) = await api.items(SEGMENTS, cds_usagesegment_ids="m1:scada:2026-03-01:300")
    assert segment["values"][1] == [None, None]
    await plants.value("2026-03-01 07:00", 9, meter="m1")
    (segment,) = await api.items(SEGMENTS, cds_usagesegment_ids="m1:scada:2026-03-01:300")
    assert len(segment["values"]) == 13  # 06:00 to 07:05
    assert segment["values"][5] == [None, None]
    assert segment["segment_end"] == "2026-03-01T07:05:00Z"


async def test_net_metering_comes_from_gross_and_station_load(shared: Application) -> None:
    (segment,) = await shared.items(SEGMENTS, cds_usagesegment_ids="m2:scada:2026-03-01:300")
    net = [n for n, f in enumerate(segment["formats"])
           if f["id"] == "gridfeed_scada_net_kwh_calculated"]  # fmt: skip
    assert [row[net[0]] for row in segment["values"]] == [{"eu": -99}, None, {"eu": -49}]


@pytest.mark.parametrize(
    ("before", "days"),
    [("2026-03-02T06:00:00Z", [1, 2]), ("2026-03-02T05:59:59.999999Z", [1]),
     ("2026-03-02T07:00:00%2B01:00", [1, 2])],
)  # fmt: skip
async def test_89_before_is_on_segment_start_and_inclusive(
    shared: Application, before: str, days: list[int]
) -> None:
    answer = await shared.get(
        f"{SEGMENTS}?meter_numbers=m1&production_formats=scada&before={before}"
    )
    expected = [f"m1:scada:2026-03-0{day}:300" for day in days]
    assert ids(answer.json()["usage_segments"]) == expected


@pytest.mark.parametrize(
    ("after", "days"),
    [("2026-03-02T06:15:00Z", [2, 3]), ("2026-03-02T06:15:00.000001Z", [3])],
)
async def test_90_after_is_on_segment_end_and_inclusive(
    shared: Application, after: str, days: list[int]
) -> None:
    found = await shared.items(
        SEGMENTS, meter_numbers="m1", production_formats="scada", after=after
    )
    assert ids(found) == [f"m1:scada:2026-03-0{day}:300" for day in days]


async def test_before_and_after_choose_whole_segments(shared: Application) -> None:
    inside = "2026-03-02T06:07:00Z"
    (segment,) = await shared.items(SEGMENTS, meter_numbers="m1", production_formats="scada",
                                 after=inside, before=inside)  # fmt: skip
    assert len(segment["values"]) == 3


async def test_91_99_a_meter_by_number_is_the_meter_by_id(shared: Application) -> None:
    by_number = await shared.items(SEGMENTS, meter_numbers="m1")
    assert by_number == await shared.items(SEGMENTS, cds_meterdevice_ids="md-m1")
    assert by_number == await shared.items(SEGMENTS, meter_number="m1")
    assert {tuple(s["related_meterdevices"]) for s in by_number} == {("md-m1",)}


@pytest.mark.parametrize(
    "name",
    ["cds_account_ids", "account_numbers", "cds_servicecontract_ids", "contract_numbers",
     "cds_servicepoint_ids", "servicepoint_numbers", "cds_billsection_ids"],
)  # fmt: skip
async def test_92_a_filter_on_objects_that_do_not_exist_matches_nothing(
    shared: Application, name: str
) -> None:
    assert await shared.items(SEGMENTS, **{name: "any"}) == []
    assert len(await shared.items(SEGMENTS, **{name: ""})) == 24  # empty is not given


@pytest.mark.parametrize(
    "filters",
    [
        {"meter_numbers": "m1", "cds_meterdevice_ids": "md-m2"},
        {"meter_numbers": "m1", "cds_usagesegment_ids": "m2:scada:2026-03-01:300"},
        {"production_formats": "settlement", "cds_usagesegment_ids": "m2:scada:2026-03-01:300"},
        {"cds_productionproject_ids": "j2"},
        {"meter_numbers": "nobody"},
        {"cds_usagesegment_ids": "m1:scada:2026-03-01:300", "after": "2026-03-02T00:00:00Z"},
        {"cds_usagesegment_ids": "m1:scada:2026-03-01:300", "before": "2026-02-28T00:00:00Z"},
    ],
)
async def test_93_filters_of_disjoint_sets_give_nothing(
    shared: Application, filters: dict[str, str]
) -> None:
    assert await shared.items(SEGMENTS, **filters) == []


async def test_94_starts_do_not_decrease_and_changes_of_one_start_do_not_increase(
    plants: Store, api: Application
) -> None:
    await plants.execute(
        "UPDATE interval_value SET recorded_at = now() - meter_id * interval '1 hour'"
    )
    keys = [(s["segment_start"], s["cds_modified"]) for s in await api.items(SEGMENTS)]
    assert [start for start, _ in keys] == sorted(start for start, _ in keys)
    for (start, modified), (next_start, next_modified) in pairwise(keys):
        assert start < next_start or modified >= next_modified


async def test_114_forecasts_say_when_they_were_issued(plants: Store, api: Application) -> None:
    await plants.value("2026-03-01 08:00", 9, meter="m1", production_format="forecast_day_ahead",
                       interval_seconds=3600, issued_at=utc("2026-02-28 12:00"))  # fmt: skip
    for segment in await api.items(SEGMENTS):
        forecast = segment["gridfeed_production_format"] in FORECASTS
        assert ("gridfeed_issued_at" in segment) == forecast
        if forecast:
            assert segment["gridfeed_issued_at"] <= segment["segment_start"]
    (segment,) = await api.items(
        SEGMENTS, cds_usagesegment_ids="m1:forecast_day_ahead:2026-03-01:3600"
    )
    assert segment["gridfeed_issued_at"] == "2026-02-28T12:00:00Z"


async def test_25_116_a_client_of_the_base_draft_sees_standard_types_alone(
    shared: Application,
) -> None:
    for segment in await shared.items(SEGMENTS):
        types = {f["type"] for f in segment["formats"]}
        own = {t for t in types if t.startswith("gridfeed_")}
        assert types - own <= {"electric_usage", "electric_demand"}
        assert own <= {"gridfeed_contracted_usage", *(f"gridfeed_{p}" for p in FORECASTS)}
        if segment["gridfeed_production_format"] in FORECASTS:
            assert types == own


async def test_production_formats_and_reading_validities_narrow(shared: Application) -> None:
    found = await shared.items(SEGMENTS, production_formats="scada settlement", meter_numbers="m1")
    assert {s["gridfeed_production_format"] for s in found} == {"scada", "settlement"}
    contracted = await shared.items(SEGMENTS, reading_validities="contracted")
    assert len(contracted) == 12
    assert {f["type"] for s in contracted for f in s["formats"]} == {"gridfeed_contracted_usage"}
    (net,) = await shared.items(SEGMENTS, reading_validities="net_metering")
    assert net["cds_usagesegment_id"] == "m2:scada:2026-03-01:300"


async def test_unknown_ids_match_nothing(shared: Application) -> None:
    wanted = ["m1:scada:2026-03-01:300", "m1:scada:2026-03-01:0300", "m1:scada:2026-13-01:300",
              "us-1", "m1:scada:2026-03-01:999", "m1:guess:2026-03-01:300", "::::",
              "m1:scada:0001-01-01:300", "m1:scada:9999-12-31:300"]  # fmt: skip
    found = await shared.items(SEGMENTS, cds_usagesegment_ids=" ".join(wanted))
    assert ids(found) == ["m1:scada:2026-03-01:300"]


async def test_a_meter_number_may_hold_colons(plants: Store, api: Application) -> None:
    await plants.meter("a:scada:2026", "j1")
    await plants.value("2026-03-01", 1, meter="a:scada:2026")
    (segment,) = await api.items(SEGMENTS, meter_numbers="a:scada:2026")
    assert await api.items(SEGMENTS, cds_usagesegment_ids=segment["cds_usagesegment_id"]) == [
        segment
    ]
