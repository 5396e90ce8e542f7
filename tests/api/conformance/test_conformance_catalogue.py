"""Digest 7.8 and 7.11: meter devices and production projects."""

import re
from typing import Any
from zoneinfo import available_timezones

import pytest

from tests.api.application import METERS, PROJECTS, SEGMENTS, Application
from tests.api.builders import Store, utc
from tests.api.customer_builder import client_without_details

FORMATS = ["settlement", "scada", "forecast_day_ahead", "forecast_hour_ahead"]
REQUIRED = {
    "cds_productionproject_id", "cds_created", "cds_modified", "cds_synced", "contract_start_date",
    "contract_end_date", "meter_number", "available_formats", "contract_rule", "contract_type",
    "available_reading_validity", "timezone", "related_accounts", "related_servicecontracts",
    "related_servicepoints", "related_meterdevices",
}  # fmt: skip
RULE = re.compile(r"(100(\.0+)?|[0-9]{1,2}(\.[0-9]+)?)%")


async def declare(store: Store) -> Store:
    """j1: meters m1 (all data sets) and m2 (net scada); j2: no meters, open end; a token for j1."""
    await store.project(
        "j1",
        contract_rule="37.5%",
        contract_start=utc("2020-01-01"),
        contract_end=utc("2030-01-01"),
        timezone="America/Denver",
    )
    await store.project("j2", contract_type="gridfeed_merchant", contract_start=utc("2024-01-01"))
    for number in ("m2", "m1"):
        await store.meter(number, "j1")
    for production_format in FORMATS:
        await store.value("2026-03-01", 1, meter="m1", production_format=production_format,
                          issued_at=utc("2026-02-28"))  # fmt: skip
    await store.value("2026-03-01", 1, meter="m2")
    await store.value("2026-03-01", -1, meter="m2", channel="STATION_LOAD")
    await store.client()
    return store


@pytest.fixture
async def projects(store: Store) -> Store:
    """The declared projects, for a test that changes something."""
    return await declare(store)


@pytest.fixture(scope="module")
async def shared(module_store: Store, module_api: Application) -> Application:
    """The application over the declared projects, for tests that only read."""
    await declare(module_store)
    return module_api


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["cds_productionproject_id"] for item in items]


async def test_106_every_project_has_the_sixteen_required_keys(shared: Application) -> None:
    for project in await shared.items(PROJECTS):
        assert project.keys() == REQUIRED | {"gridfeed_name"}
    j1 = (await shared.items(PROJECTS, cds_productionproject_ids="j1"))[0]
    assert j1["gridfeed_name"] == "Project j1"
    assert j1["contract_start_date"] == "2020-01-01T00:00:00Z"
    assert j1["related_meterdevices"] == ["md-m1", "md-m2"]


async def test_a_client_without_details_neither_sees_nor_finds_a_project_s_name(
    projects: Store, api: Application
) -> None:
    await client_without_details(projects)
    assert await api.items(PROJECTS, q="project j1")
    assert await api.items(PROJECTS, "minimal", q="project j1") == []
    for project in await api.items(PROJECTS, "minimal"):
        assert project.keys() == REQUIRED


async def test_107_meter_numbers_each_name_one_meter_device(shared: Application) -> None:
    j2, j1 = sorted(await shared.items(PROJECTS), key=lambda p: len(p["meter_number"]))
    assert j2["meter_number"] == []
    assert j1["meter_number"] == ["m1", "m2"]
    for number in j1["meter_number"]:
        (meter,) = await shared.items(METERS, meter_number=number)
        assert meter["meter_number"] == number


async def test_108_available_is_what_there_are_values_of(shared: Application) -> None:
    offered = {
        project["cds_productionproject_id"]: (
            project["available_formats"], project["available_reading_validity"])
        for project in await shared.items(PROJECTS)
    }  # fmt: skip
    assert offered["j2"] == ([], [])
    assert set(offered["j1"][0]) == set(FORMATS)
    assert set(offered["j1"][1]) == {"total_gross", "net_metering", "contracted"}


async def test_109_rules_ends_and_zones_have_their_form(shared: Application) -> None:
    for project in await shared.items(PROJECTS):
        rule = project["contract_rule"]
        start, end = project["contract_start_date"], project["contract_end_date"]
        assert rule is None or RULE.fullmatch(rule)
        assert end is None or end > start
        assert project["timezone"] in available_timezones()


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"available_formats": "scada settlement"}, ["j1"]),
        ({"available_reading_validity": "net_metering"}, ["j1"]),
        ({"meter_numbers": "m2"}, ["j1"]),
        ({"meter_number": "m2", "meter_numbers": "m1"}, ["j1"]),
        ({"cds_meterdevice_ids": "md-m1 md-zz"}, ["j1"]),
        ({"meter_numbers": "m2", "cds_productionproject_ids": "j2"}, []),
        ({"contract_types": "gridfeed_merchant other"}, ["j2"]),
        ({"contract_types": "PPA gridfeed_merchant"}, ["j1", "j2"]),
        ({"cds_account_ids": "a"}, []),
        ({"q": "MERCHANT"}, ["j2"]),
        ({"q": "project j"}, ["j1", "j2"]),
        ({"q": "M2"}, ["j1"]),
        ({"q": "%"}, []),
    ],
)
async def test_110_filters_intersect(
    shared: Application, filters: dict[str, str], found: list[str]
) -> None:
    assert sorted(ids(await shared.items(PROJECTS, **filters))) == found


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"after": "2030-01-01T00:00:00Z"}, ["j1", "j2"]),
        ({"after": "2030-01-01T00:00:01Z"}, ["j2"]),
        ({"before": "2024-01-01T00:00:00Z"}, ["j1", "j2"]),
        ({"before": "2023-12-31T23:59:59Z"}, ["j1"]),
        ({"before": "2021-01-01T00:00:00Z", "after": "2025-01-01T00:00:00Z"}, ["j1"]),
    ],
)
async def test_111_before_is_on_the_start_and_after_on_the_end(
    shared: Application, filters: dict[str, str], found: list[str]
) -> None:
    assert sorted(ids(await shared.items(PROJECTS, **filters))) == found


async def test_112_a_younger_meter_is_a_change_of_its_project(
    projects: Store, api: Application
) -> None:
    await projects.execute(
        "UPDATE project SET modified_at = '2026-01-01', created_at = '2026-01-01'"
    )
    await projects.execute("UPDATE meter SET created_at = '2026-01-02'")
    assert ids(await api.items(PROJECTS)) == ["j1", "j2"]
    await projects.meter("m3", "j2")
    assert ids(await api.items(PROJECTS)) == ["j2", "j1"]


async def test_113_what_is_available_can_be_had(shared: Application) -> None:
    (j1,) = await shared.items(PROJECTS, cds_productionproject_ids="j1")
    for production_format in j1["available_formats"]:
        found = await shared.items(SEGMENTS, cds_productionproject_ids="j1",
                                production_formats=production_format)  # fmt: skip
        assert found
        for segment in found:
            assert segment["gridfeed_production_format"] == production_format
            assert "j1" in segment["related_productionprojects"]
    for validity in j1["available_reading_validity"]:
        assert await shared.items(SEGMENTS, reading_validities=validity)


async def test_69_70_meter_types_say_what_is_streamed(shared: Application) -> None:
    kinds = {meter["meter_number"]: meter["meter_types"] for meter in await shared.items(METERS)}
    always = ["electric_usage", "electric_demand", "physical_meter"]
    assert kinds == {"m1": [*always, "reverse_only"], "m2": [*always, "bidirectional"]}


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"meter_number": "m1 m2"}, ["m1", "m2"]),
        ({"meter_numbers": "m1", "meter_number": "m2"}, ["m1", "m2"]),
        ({"meter_number": "m1", "cds_meterdevice_ids": "md-m2"}, []),
        ({"cds_meterdevice_ids": "md-m2"}, ["m2"]),
        ({"q": "D-M1"}, ["m1"]),
        ({"current_servicepoints": "P1"}, []),
        ({"previous_servicepoints": "P1"}, []),
        ({"current_servicepoints": ""}, ["m1", "m2"]),
    ],
)
async def test_72_73_meter_filters(
    shared: Application, filters: dict[str, str], found: list[str]
) -> None:
    assert sorted(meter["meter_number"] for meter in await shared.items(METERS, **filters)) == found


async def test_a_repeated_parameter_is_the_union(shared: Application) -> None:
    answer = (await shared.get(f"{METERS}?meter_number=m1&meter_number=m2")).json()
    assert len(answer["meter_devices"]) == 2


async def test_74_99_a_token_of_one_project_sees_its_meters_alone(
    projects: Store, api: Application
) -> None:
    await projects.client("T_j2", projects=["j2"])
    assert await api.items(METERS, "T_j2") == []
    assert await api.items(SEGMENTS, "T_j2") == []
    assert [p["meter_number"] for p in await api.items(PROJECTS, "T_j2")] == [[]]


async def test_a_token_of_one_format_is_offered_that_one(projects: Store, api: Application) -> None:
    await projects.client("T_forecast", production_formats=["forecast_day_ahead"])
    (j1,) = await api.items(PROJECTS, "T_forecast", cds_productionproject_ids="j1")
    assert j1["available_formats"] == ["forecast_day_ahead"]
    assert j1["available_reading_validity"] == ["total_gross"]
