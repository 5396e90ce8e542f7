"""Digest 7.9, 2.6: what usage segments are related to, the filters on it, and the order by it."""

import pytest

from tests.api.application import SEGMENTS, Application
from tests.api.builders import Store
from tests.api.customer_builder import grid

#: Days on which every meter of the grid has a value: in the time of contract c0, of c1 with m1 at
#: p0, and of c1 with m1 at p1.
DAYS = ("2023-06-01", "2024-06-01", "2026-03-01")
RELATED = ("related_accounts", "related_servicecontracts", "related_servicepoints")


async def publish(store: Store) -> None:
    await grid(store)
    for day in DAYS:
        for meter in ("m1", "m2", "m3"):
            await store.value(day, 1, meter=meter)


@pytest.fixture
async def api(store: Store, api: Application) -> Application:
    """The application over customers and their meters, for a test that changes something."""
    await publish(store)
    return api


@pytest.fixture(scope="module")
async def shared(module_store: Store, module_api: Application) -> Application:
    """The application over the same, for tests that only read."""
    await publish(module_store)
    return module_api


async def listed(api: Application, token: str = "all", **filters: str) -> list[str]:
    return [
        f"{item['related_meterdevices'][0].removeprefix('md-')} {item['segment_start'][:4]}"
        for item in await api.items(SEGMENTS, token, **filters)
    ]


async def test_75_76_a_segment_names_what_held_for_it(shared: Application) -> None:
    related = {
        (item["related_meterdevices"][0], item["segment_start"][:4]): [
            item[name] for name in RELATED
        ]
        for item in await shared.items(SEGMENTS)
    }
    assert related["md-m1", "2023"] == [["a1"], ["c0"], ["sp-p0"]]
    assert related["md-m1", "2024"] == [["a1"], ["c1"], ["sp-p0"]]
    assert related["md-m1", "2026"] == [["a1"], ["c1"], ["sp-p1"]]
    assert related["md-m3", "2026"] == [["a2"], ["c2"], ["sp-p2"]]
    for item in await shared.items(SEGMENTS):
        assert item["related_aggregations"] == item["related_billsections"] == []


async def test_75_a_day_on_which_a_contract_changes_names_both(
    store: Store, api: Application
) -> None:
    await store.values("2023-12-31 23:00", [1] * 24, meter="m2")
    await store.execute("UPDATE project SET timezone = 'America/Denver'")
    (item,) = await api.items(SEGMENTS, cds_usagesegment_ids="m2:scada:2023-12-31:300")
    assert item["related_servicecontracts"] == ["c0", "c1"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"cds_account_ids": "a2 zz"}, ["m3 2023", "m3 2024", "m3 2026"]),
        ({"account_numbers": "1002"}, ["m3 2023", "m3 2024", "m3 2026"]),
        ({"cds_servicecontract_ids": "c0"}, ["m1 2023", "m2 2023"]),
        ({"contract_numbers": "N0"}, ["m1 2023", "m2 2023"]),
        ({"cds_servicepoint_ids": "sp-p0"}, ["m1 2023", "m1 2024"]),
        ({"servicepoint_numbers": "p0"}, ["m1 2023", "m1 2024"]),
        ({"servicepoint_numbers": "p1", "meter_numbers": "m1"}, ["m1 2026"]),
        ({"servicepoint_numbers": "p1", "contract_numbers": "N0"}, ["m2 2023"]),
        ({"cds_servicepoint_ids": "sp-p0", "servicepoint_numbers": "p1"}, []),
        ({"cds_account_ids": "a1", "contract_numbers": "N2"}, []),
        ({"cds_billsection_ids": "b"}, []),
        ({"contract_numbers": "N0", "after": "2024-01-01T00:00:00Z"}, []),
        ({"contract_numbers": "N1", "before": "2024-06-01T00:00:00Z",
          "after": "2024-06-01T00:00:00Z"}, ["m1 2024", "m2 2024"]),
        ({"contract_numbers": "N2", "cds_usagesegment_ids":
          "m1:scada:2026-03-01:300 m3:scada:2026-03-01:300"}, ["m3 2026"]),
    ],
)  # fmt: skip
async def test_92_93_numbers_select_as_ids_do_and_filters_narrow_together(
    shared: Application, filters: dict[str, str], found: list[str]
) -> None:
    assert sorted(await listed(shared, **filters)) == found


async def test_94_segments_come_by_account_number_then_contract_number_then_start(
    store: Store, api: Application
) -> None:
    newest_first = "UPDATE interval_value SET recorded_at = '2026-03-02'::timestamptz - meter_id * "
    await store.execute(f"{newest_first} interval '1 s'")
    assert await listed(api) == [
        "m1 2023", "m2 2023",  # account 1001, contract N0
        "m1 2024", "m2 2024", "m1 2026", "m2 2026",  # account 1001, contract N1
        "m3 2023", "m3 2024", "m3 2026",  # account 1002, contract N2
    ]  # fmt: skip
    await store.execute(
        "UPDATE service_contract SET contract_number = NULL WHERE contract_number = 'N1'"
    )
    assert (await listed(api))[:4] == ["m1 2024", "m2 2024", "m1 2026", "m2 2026"]
    await store.execute("UPDATE account SET account_number = '0999' WHERE cds_account_id = 'a2'")
    assert (await listed(api))[:3] == ["m3 2023", "m3 2024", "m3 2026"]


async def test_94_hidden_numbers_neither_order_nor_select(shared: Application) -> None:
    starts = [item["segment_start"] for item in await shared.items(SEGMENTS, "minimal")]
    assert starts == sorted(starts)
    assert len(starts) == 9
    assert await listed(shared, "minimal", account_numbers="1001") == []
    assert await listed(shared, "minimal", contract_numbers="N0") == []
    assert len(await listed(shared, "minimal", cds_account_ids="a1")) == 6


async def test_who_sees_one_project_finds_nothing_of_another(shared: Application) -> None:
    assert {name[:2] for name in await listed(shared, "sunny")} == {"m1", "m2"}
    for filters in ({"cds_account_ids": "a2"}, {"contract_numbers": "N2"},
                    {"servicepoint_numbers": "p2"}):  # fmt: skip
        assert await listed(shared, "sunny", **filters) == []
