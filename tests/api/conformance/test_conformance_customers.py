"""Digest 7.5 to 7.8, 7.10 and 3.7: accounts, contracts, points, meters, aggregations, EACs."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.application import (
    ACCOUNTS,
    AGGREGATIONS,
    CONTRACTS,
    EACS,
    METERS,
    POINTS,
    PROJECTS,
    Application,
    settings_for,
)
from tests.api.builders import Store, utc
from tests.api.customer_builder import CONTACT, ENTITY, aggregation, certificate, grid
from tests.api.discovery.documented import assert_documented

ID_OF = {
    ACCOUNTS: "cds_account_id",
    CONTRACTS: "cds_servicecontract_id",
    POINTS: "cds_servicepoint_id",
    METERS: "cds_meterdevice_id",
    PROJECTS: "cds_productionproject_id",
    AGGREGATIONS: "cds_aggregation_id",
    EACS: "cds_eac_id",
}
HEAD = {"cds_created", "cds_modified", "cds_synced"}
NUMBERS = {"customer_number", "account_number", "account_entity"}
DETAILS = {"account_name", "account_address", "account_types", "account_status", "account_contacts"}


@pytest.fixture(scope="module")
async def api(module_store: Store, module_api: Application) -> Application:
    """The application over the grid of the builder, only to be read."""
    await grid(module_store)
    return module_api


@pytest.fixture
async def own(store: Store, database_url: str) -> AsyncIterator[Application]:
    """The same of one test that changes the grid."""
    await grid(store)
    async with Application(settings_for(database_url)) as application:
        await application.wait_until_ready()
        yield application


async def found(api: Application, path: str, token: str = "all", **filters: str) -> list[str]:
    return sorted(item[ID_OF[path]] for item in await api.items(path, token, **filters))


async def one(api: Application, path: str, name: str, token: str = "all") -> dict[str, Any]:
    (item,) = (item for item in await api.items(path, token) if item[ID_OF[path]] == name)
    return item


@pytest.mark.parametrize(
    ("path", "required", "optional"),
    [
        (ACCOUNTS, {"cds_account_parent"}, NUMBERS | DETAILS),
        (
            CONTRACTS,
            {"cds_account_id", "contract_types", "contract_status", "service_types"},
            {"account_number", "contract_number", "contract_entity", "contract_address",
             "contract_start", "contract_end"},
        ),
        (
            POINTS,
            {"servicepoint_number", "servicepoint_types", "current_servicecontracts",
             "previous_servicecontracts"},
            {"premises", "servicepoint_address", "latitude", "longitude"},
        ),
        (
            METERS,
            {"meter_types", "current_servicepoints", "previous_servicepoints"},
            {"meter_number"},
        ),
    ],
)  # fmt: skip
async def test_43_to_45_56_58_64_66_69_71_optional_members_need_details(
    api: Application, path: str, required: set[str], optional: set[str]
) -> None:
    for item in await api.items(path):
        assert item.keys() == {ID_OF[path]} | HEAD | required | optional
    for item in await api.items(path, "minimal"):
        assert item.keys() == {ID_OF[path]} | HEAD | required


async def test_34_46_to_49_an_account_is_shown_as_it_was_declared(api: Application) -> None:
    account = await one(api, ACCOUNTS, "a1")
    assert (account["account_types"], account["account_status"]) == (["customer"], "active")
    assert account["account_address"] == "1 Hill\nGolden"
    assert account["account_entity"] == ENTITY
    assert account["account_contacts"] == [CONTACT]
    assert (await one(api, ACCOUNTS, "a2"))["account_entity"] is None


@pytest.mark.parametrize(
    ("path", "filters", "names"),
    [
        (ACCOUNTS, {"cds_account_ids": "a1 zz"}, ["a1"]),
        (ACCOUNTS, {"customer_numbers": "C-7 C-8"}, ["a1"]),
        (ACCOUNTS, {"account_statuses": "active"}, ["a1"]),
        (ACCOUNTS, {"account_statuses": "active closed"}, ["a1", "a2"]),
        (ACCOUNTS, {"account_statuses": "asleep"}, []),
        (ACCOUNTS, {"account_numbers": "1001", "account_statuses": "closed"}, []),
        (ACCOUNTS, {"q": "SUNNY PL"}, ["a1"]),
        (ACCOUNTS, {"q": "golden"}, ["a1"]),
        (ACCOUNTS, {"q": "DESK@"}, ["a1"]),
        (ACCOUNTS, {"q": "c-7"}, ["a1"]),
        (ACCOUNTS, {"q": "100"}, ["a1", "a2"]),
        (CONTRACTS, {"cds_servicecontract_ids": "c0 c2"}, ["c0", "c2"]),
        (CONTRACTS, {"account_numbers": "1001"}, ["c0", "c1"]),
        (CONTRACTS, {"contract_numbers": "N1 N2"}, ["c1", "c2"]),
        (CONTRACTS, {"contract_types": "utility_service nothing"}, ["c0"]),
        (CONTRACTS, {"contract_types": "utility_service gridfeed_ppa"}, ["c0", "c1", "c2"]),
        (CONTRACTS, {"service_types": "generation"}, ["c1", "c2"]),
        (CONTRACTS, {"contract_statuses": "closed"}, ["c0"]),
        (CONTRACTS, {"contract_statuses": "closed", "contract_numbers": "N1"}, []),
        (CONTRACTS, {"contract_statuses": "active paused"}, ["c1", "c2"]),
        (CONTRACTS, {"q": "hill"}, ["c1"]),
        (CONTRACTS, {"q": "n2"}, ["c2"]),
        (POINTS, {"cds_servicepoint_ids": "sp-p1"}, ["sp-p1"]),
        (POINTS, {"servicepoint_numbers": "p1 p"}, ["sp-p1"]),
        (POINTS, {"current_servicecontracts": "c1"}, ["sp-p1"]),
        (POINTS, {"current_servicecontracts": "c0"}, []),
        (POINTS, {"previous_servicecontracts": "c0"}, ["sp-p0", "sp-p1"]),
        (POINTS, {"q": "grid road"}, ["sp-p1"]),
        (POINTS, {"q": "lot-12"}, ["sp-p1"]),
        (METERS, {"current_servicepoints": "sp-p1"}, ["md-m1", "md-m2"]),
        (METERS, {"current_servicepoints": "sp-p0"}, []),
        (METERS, {"previous_servicepoints": "sp-p0 sp-p1"}, ["md-m1"]),
        (PROJECTS, {"cds_account_ids": "a1"}, ["j1"]),
        (PROJECTS, {"cds_servicecontract_ids": "c0"}, ["j1"]),
        (PROJECTS, {"cds_servicepoint_ids": "sp-p0 sp-p2"}, ["j1", "j2"]),
        (PROJECTS, {"cds_account_ids": "a1", "cds_servicepoint_ids": "sp-p2"}, []),
        (AGGREGATIONS, {"cds_aggregation_ids": "g2"}, ["g2"]),
        (AGGREGATIONS, {"aggregation_numbers": "Ng1"}, ["g1"]),
        (AGGREGATIONS, {"aggregation_types": "confidential region"}, ["g2"]),
        (AGGREGATIONS, {"q": "grid road"}, ["g2"]),
        (AGGREGATIONS, {"q": "jeffer"}, ["g2"]),
        (EACS, {"cds_eac_ids": "e1 e9"}, ["e1"]),
        (EACS, {"eac_numbers": "Ne2"}, ["e2"]),
        (EACS, {"beneficiaries": "a2 c1"}, ["e2", "e3"]),
        (EACS, {"before": "2026-01-01T00:00:00Z"}, ["e1", "e2"]),
        (EACS, {"before": "2025-12-31T23:59:59Z"}, []),
        (EACS, {"after": "2026-02-01T00:00:00Z"}, ["e1", "e2", "e3"]),
        (EACS, {"after": "2026-02-01T00:00:01Z"}, ["e3"]),
    ],
)
async def test_50_to_53_60_to_62_67_68_73_103_filters_select(
    api: Application, path: str, filters: dict[str, str], names: list[str]
) -> None:
    assert await found(api, path, **filters) == names


@pytest.mark.parametrize(
    ("path", "filters"),
    [
        (ACCOUNTS, {"q": "SUNNY"}),
        (ACCOUNTS, {"account_numbers": "1001"}),
        (ACCOUNTS, {"customer_numbers": "C-7"}),
        (ACCOUNTS, {"account_statuses": "active"}),
        (CONTRACTS, {"contract_numbers": "N1"}),
        (CONTRACTS, {"account_numbers": "1001"}),
        (CONTRACTS, {"q": "N1"}),
        (POINTS, {"q": "grid road"}),
        (AGGREGATIONS, {"q": "grid road"}),
    ],
)
async def test_54_what_is_hidden_is_not_found(
    api: Application, path: str, filters: dict[str, str]
) -> None:
    assert await found(api, path, **filters)
    assert await found(api, path, "minimal", **filters) == []


async def test_59_an_ongoing_contract_ends_with_null_and_a_former_one_is_closed(
    api: Application,
) -> None:
    ongoing, former = await one(api, CONTRACTS, "c1"), await one(api, CONTRACTS, "c0")
    assert (ongoing["contract_start"], ongoing["contract_end"]) == ("2024-01-01", None)
    assert ongoing["contract_status"] == "active"
    assert (former["contract_end"], former["contract_status"]) == ("2024-01-01", "closed")


async def test_27_a_contract_that_declares_no_start_starts_when_it_was_declared(
    store: Store, own: Application
) -> None:
    await store.execute("UPDATE service_contract SET created_at = '2025-03-01T23:30:00Z'")
    assert (await one(own, CONTRACTS, "c2"))["contract_start"] == "2025-03-01"
    await store.execute("UPDATE service_contract SET contract_end = '2024-01-01'")
    contract = await one(own, CONTRACTS, "c2")
    assert (contract["contract_start"], contract["contract_end"]) == ("2023-12-31", "2024-01-01")
    assert "contract_start" not in await one(own, CONTRACTS, "c2", "minimal")


@pytest.mark.parametrize("path", ID_OF)
async def test_every_member_that_is_answered_is_documented(api: Application, path: str) -> None:
    operation = (await api.get("/openapi.json", token=None)).json()["paths"][path]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    for token in ("all", "minimal"):
        assert_documented(schema, (await api.get(path, token)).json())


async def test_63_65_who_sees_a_project_sees_what_it_is_related_to_and_no_more(
    api: Application,
) -> None:
    names = {path: await found(api, path, "sunny") for path in ID_OF}
    assert names == {
        ACCOUNTS: ["a1"], CONTRACTS: ["c0", "c1"], POINTS: ["sp-p0", "sp-p1"],
        METERS: ["md-m1", "md-m2"], PROJECTS: ["j1"], AGGREGATIONS: ["g1", "g2"],
        EACS: ["e1", "e2"],
    }  # fmt: skip
    g1, g2 = [await one(api, AGGREGATIONS, name, "sunny") for name in ("g1", "g2")]
    assert g1["grouped_meterdevices"] == ["md-m1"]
    assert (g2["grouped_accounts"], g2["grouped_aggregations"]) == ([], ["g1"])


async def test_67_numbers_keep_their_digits(api: Application) -> None:
    text = (await api.get(POINTS, servicepoint_numbers="p1")).text
    assert '"latitude":39.742,' in text
    assert '"longitude":-105.1727,' in text


async def test_68_73_relations_say_what_is_and_what_was(api: Application) -> None:
    place, before = await one(api, POINTS, "sp-p1"), await one(api, POINTS, "sp-p0")
    contracts = "current_servicecontracts", "previous_servicecontracts"
    assert [place[name] for name in contracts] == [["c1"], ["c0"]]
    assert [before[name] for name in contracts] == [[], ["c0", "c1"]]
    meter = await one(api, METERS, "md-m1")
    points = "current_servicepoints", "previous_servicepoints"
    assert [meter[name] for name in points] == [["sp-p1"], ["sp-p0"]]
    project = await one(api, PROJECTS, "j1")
    assert project["related_accounts"] == ["a1"]
    assert project["related_servicecontracts"] == ["c0", "c1"]
    assert project["related_servicepoints"] == ["sp-p0", "sp-p1"]


async def test_a_move_to_another_point_modifies_a_meter(store: Store, own: Application) -> None:
    await store.execute("UPDATE meter SET modified_at = '2024-06-01', created_at = '2024-06-01'")
    assert (await one(own, METERS, "md-m1"))["cds_modified"] == "2025-01-01T00:00:00Z"
    assert (await one(own, METERS, "md-m2"))["cds_modified"] == "2024-06-01T00:00:00Z"


async def test_aggregations_say_whom_they_add_up(api: Application) -> None:
    g1, g2 = await one(api, AGGREGATIONS, "g1"), await one(api, AGGREGATIONS, "g2")
    assert (g1["grouped_meterdevices"], g1["scope"]) == (["md-m1", "md-m3"], "")
    assert g1["authorization_details"] == g1["consent_requirements"] == []
    assert "municipalities" not in g1
    assert g2["municipalities"] == ["Golden"]
    assert g2["aggregation_number"] is None
    assert (g2["grouped_accounts"], g2["grouped_aggregations"]) == (["a2"], ["g1"])
    assert g2["grouped_regions"] == [{"id": "r", "name": "Jefferson", "types": ["local"]}]
    assert "grouped_addresses" not in await one(api, AGGREGATIONS, "g2", "minimal")


async def test_an_aggregation_without_a_visible_member_is_not_seen(
    store: Store, own: Application
) -> None:
    await aggregation(store, "g3", {"cds_servicepoint_id": "sp-p2"})
    assert "g3" in await found(own, AGGREGATIONS)
    assert "g3" not in await found(own, AGGREGATIONS, "sunny")


async def test_100_102_a_certificate_has_the_beneficiaries_of_its_type(api: Application) -> None:
    required = {"beneficiary_type", "beneficiaries", "eac_numbers", "eac_format", "eac_data_url",
                "period_start", "period_end"}  # fmt: skip
    whose = {}
    for item in await api.items(EACS):
        assert item.keys() == {"cds_eac_id"} | HEAD | required
        whose[item["cds_eac_id"]] = item["beneficiary_type"], item["beneficiaries"]
    general, of_contract = ("general", []), ("servicecontract", ["c1"])
    assert whose == {"e1": general, "e2": of_contract, "e3": ("account", ["a2"])}


async def test_104_certificates_come_by_period_then_by_creation_then_by_id(
    store: Store, own: Application
) -> None:
    for name, created in (("e5", "2026-01-03"), ("e4", "2026-01-03"), ("e6", "2026-01-04")):
        await certificate(store, name, "j1", created_at=utc(created), modified_at=utc(created))
    await store.execute("UPDATE eac SET created_at = '2026-01-02' WHERE cds_eac_id IN ('e1', 'e2')")
    names = [item["cds_eac_id"] for item in await own.items(EACS)]
    assert names == ["e3", "e6", "e4", "e5", "e1", "e2"]


@pytest.mark.parametrize("path", ["/cds/v1/bill-statements", "/cds/v1/bill-sections"])
async def test_4_no_token_opens_bills(api: Application, path: str) -> None:
    answer = await api.get(path)
    assert answer.status_code == 403
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope"'
    assert json.loads(answer.text)["title"] == "Forbidden"
    assert (await api.get(path, token=None)).status_code == 401
