"""Digest 7.3 and 7.4: common fields, envelope and paging, for every listing."""

import json
import re
from datetime import timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.api.application import (
    ACCOUNTS,
    AGGREGATIONS,
    BASE,
    CONTRACTS,
    EACS,
    METERS,
    POINTS,
    PROJECTS,
    SEGMENTS,
    Application,
    settings_for,
)
from tests.api.builders import Store, utc
from tests.api.customer_builder import account, aggregation, certificate, contract, pdf, point

LIST_KEY = {
    PROJECTS: "production_projects",
    ACCOUNTS: "accounts",
    CONTRACTS: "service_contracts",
    POINTS: "service_points",
    METERS: "meter_devices",
    SEGMENTS: "usage_segments",
    AGGREGATIONS: "aggregations",
    EACS: "eacs",
}
LISTINGS = list(LIST_KEY)
ID_OF = {
    PROJECTS: "cds_productionproject_id",
    ACCOUNTS: "cds_account_id",
    CONTRACTS: "cds_servicecontract_id",
    POINTS: "cds_servicepoint_id",
    METERS: "cds_meterdevice_id",
    SEGMENTS: "cds_usagesegment_id",
    AGGREGATIONS: "cds_aggregation_id",
    EACS: "cds_eac_id",
}
TABLE = {
    PROJECTS: "project",
    ACCOUNTS: "account",
    CONTRACTS: "service_contract",
    POINTS: "service_point",
    METERS: "meter",
    AGGREGATIONS: "aggregation",
    EACS: "eac",
}
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
LONG_AGO = utc("2026-01-01")


async def fill(store: Store, path: str, count: int) -> None:
    """Make exactly `count` objects of the listing; a fifth of neighbours changed at one instant."""
    await store.client()
    if path == PROJECTS:
        for n in range(count):
            at = LONG_AGO + timedelta(minutes=n // 5)
            await store.project(f"p{n:03}", created_at=LONG_AGO, modified_at=at)
        return
    await store.project()
    if path in {ACCOUNTS, CONTRACTS, POINTS, AGGREGATIONS, EACS}:
        await declare(store, path, count)
        return
    if path == METERS:
        for n in range(count):
            await store.meter(f"m{n:03}", modified_at=LONG_AGO + timedelta(minutes=n // 5))
        return
    # Five meters a day share a segment_start, and two of them an instant of change.
    for n in range(5):
        await store.meter(f"m{n}")
    for n in range(count):
        start = utc("2025-01-01") + timedelta(days=n // 5)
        changed = LONG_AGO + timedelta(minutes=n % 3)
        await store.value(start, n, meter=f"m{n % 5}", recorded_at=changed, created_at=LONG_AGO)


async def declare(store: Store, path: str, count: int) -> None:
    await account(store, "a000", created_at=LONG_AGO, modified_at=LONG_AGO)
    await pdf(store)
    for n in range(path == ACCOUNTS, count):
        at = LONG_AGO + timedelta(minutes=n // 5)
        stamps: dict[str, Any] = {"created_at": LONG_AGO, "modified_at": at}
        if path == ACCOUNTS:
            await account(store, f"a{n:03}", f"t{n}", **stamps)
        elif path == CONTRACTS:
            await contract(store, f"c{n:03}", "p", "a000", **stamps)
        elif path == POINTS:
            await point(store, f"p{n:03}", **stamps)
        elif path == AGGREGATIONS:
            await aggregation(store, f"g{n:03}", **stamps)
        else:
            start = LONG_AGO + timedelta(days=n // 20)
            await certificate(store, f"e{n:03}", "p", modified_at=at, period_start=start,
                              created_at=LONG_AGO + timedelta(minutes=n // 5),
                              period_end=start + timedelta(days=30))  # fmt: skip


def order(path: str, item: dict[str, Any]) -> tuple[object, ...]:
    """The listing's sort key: newest first is descending, so the instant is negated."""
    if path == EACS:
        names = ("period_start", "cds_created")
        return (
            *(-utc(item[name].removesuffix("Z")).timestamp() for name in names),
            item[ID_OF[path]],
        )
    newest_first = -utc(item["cds_modified"].removesuffix("Z")).timestamp()
    start = (item["segment_start"],) if path == SEGMENTS else ()
    return (*start, newest_first, item[ID_OF[path]])


@pytest.mark.parametrize("path", LISTINGS)
async def test_35_a_listing_is_its_array_and_next_and_previous(
    store: Store, api: Application, path: str
) -> None:
    await fill(store, path, 2)
    document = (await api.get(path)).json()
    assert document.keys() == {LIST_KEY[path], "next", "previous"}
    assert len(document[LIST_KEY[path]]) == 2


@pytest.mark.parametrize("path", LISTINGS)
async def test_37_a_hundred_objects_are_one_page(store: Store, api: Application, path: str) -> None:
    await fill(store, path, 100)
    assert len(await api.items(path)) == 100


@pytest.mark.parametrize("path", LISTINGS)
async def test_38_to_40_all_pages_hold_every_object_once_in_order(
    store: Store, api: Application, path: str
) -> None:
    await fill(store, path, 250)
    pages = [each async for each in api.pages(path)]
    items = [item for page in pages for item in page[LIST_KEY[path]]]
    assert [len(page[LIST_KEY[path]]) for page in pages] == [100, 100, 50]
    ids = [item[ID_OF[path]] for item in items]
    assert len(set(ids)) == 250
    keys = [order(path, item) for item in items]
    assert keys == sorted(keys)
    assert pages[0]["previous"] is None
    for before, page in pairwise(pages):
        again = (await api.get(page["previous"])).json()
        assert again[LIST_KEY[path]] == before[LIST_KEY[path]]
        assert (again["previous"] is None) == (before is pages[0])
        assert (await api.get(again["next"])).json()[LIST_KEY[path]] == page[LIST_KEY[path]]


@pytest.mark.parametrize(
    ("path", "filters"),
    [
        (PROJECTS, {"before": "2026-06-01T00:00:00Z", "q": "P"}),
        (METERS, {"q": "M"}),
        (SEGMENTS, {"meter_numbers": "m0 m1 m2", "production_formats": "scada"}),
        (SEGMENTS, {"after": "2025-01-02T00:00:00Z", "before": "2025-02-10T00:00:00Z"}),
    ],
)
async def test_41_every_page_obeys_the_filters(
    store: Store, api: Application, path: str, filters: dict[str, str]
) -> None:
    await fill(store, path, 210)
    pages = [each async for each in api.pages(path, **filters)]
    assert len(pages) > 1
    items = [item for page in pages for item in page[LIST_KEY[path]]]
    assert len(items) == {PROJECTS: 210, METERS: 210}.get(path, len(items))
    if "meter_numbers" in filters:
        assert len(items) == 126
        assert {i["related_meterdevices"][0] for i in items} == {"md-m0", "md-m1", "md-m2"}
    if "after" in filters:  # 2025-01-02 to 2025-02-10, five a day
        assert len(items) == 200
        assert min(i["segment_start"] for i in items) == "2025-01-02T00:00:00Z"


@pytest.mark.parametrize("path", LISTINGS)
async def test_42_the_next_page_needs_the_token_too(
    store: Store, api: Application, path: str
) -> None:
    await fill(store, path, 101)
    assert (await api.get((await api.get(path)).json()["next"], token=None)).status_code == 401


@pytest.mark.parametrize("path", LISTINGS)
async def test_links_are_absolute_and_carry_the_public_address(
    store: Store, api: Application, database_url: str, path: str
) -> None:
    await fill(store, path, 101)
    link = urlsplit((await api.get(path, q="", unknown="kept")).json()["next"])
    assert f"{link.scheme}://{link.netloc}{link.path}" == BASE + path
    assert "unknown=kept" in link.query
    public = settings_for(database_url, api_url="https://api.example.com/gridfeed/")
    async with Application(public) as behind_a_proxy:
        await behind_a_proxy.wait_until_ready()
        link = urlsplit((await behind_a_proxy.get(path)).json()["next"])
    assert f"{link.scheme}://{link.netloc}{link.path}" == f"https://api.example.com/gridfeed{path}"


@pytest.mark.parametrize("path", list(TABLE))
async def test_what_changes_while_a_client_pages_is_not_left_out(
    store: Store, api: Application, path: str
) -> None:
    """It moves to the front, where the client has been already; so it comes again, at the end.

    Segments stay where they were: test_segment_paging.
    """
    await fill(store, path, 105)
    first = (await api.get(path)).json()
    seen = {item[ID_OF[path]] for item in first[LIST_KEY[path]]}
    await store.execute(f"UPDATE {TABLE[path]} SET modified_at = clock_timestamp()")
    rest = (await api.get(first["next"])).json()
    seen |= {item[ID_OF[path]] for item in rest[LIST_KEY[path]]}
    while rest["next"]:
        rest = (await api.get(rest["next"])).json()
        seen |= {item[ID_OF[path]] for item in rest[LIST_KEY[path]]}
    assert len(seen) == 105


@pytest.mark.parametrize("path", LISTINGS)
async def test_26_28_30_33_common_fields(store: Store, api: Application, path: str) -> None:
    await fill(store, path, 3)
    for item in await api.items(path):
        for name in ("cds_created", "cds_modified", "cds_synced"):
            assert RFC_3339.fullmatch(item[name])
        assert isinstance(item[ID_OF[path]], str)
        assert item[ID_OF[path]]
    ids = [item[ID_OF[path]] for item in await api.items(path)]
    assert ids == [item[ID_OF[path]] for item in await api.items(path)]


@pytest.mark.parametrize("path", LISTINGS)
async def test_08_no_key_comes_twice_in_one_object(
    store: Store, api: Application, path: str
) -> None:
    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    await fill(store, path, 3)
    assert json.loads((await api.get(path)).text, object_pairs_hook=unique)


@pytest.mark.parametrize(
    ("path", "synced", "modified"),
    [
        (
            SEGMENTS,
            "UPDATE ingest_source SET synced_at = $1",
            "UPDATE interval_value SET recorded_at = $1, energy_microkwh = 7",
        ),
        *(
            (path, f"UPDATE {table} SET synced_at = $1", f"UPDATE {table} SET modified_at = $1")
            for path, table in TABLE.items()
        ),
    ],
)
async def test_31_32_a_sync_moves_cds_synced_and_a_change_cds_modified(
    store: Store, api: Application, path: str, synced: str, modified: str
) -> None:
    await fill(store, path, 1)
    if path == SEGMENTS:
        await store.source("telemetry", LONG_AGO, meter="m0")
    (before,) = await api.items(path)
    await store.execute(synced, utc("2099-01-01"))
    (after_sync,) = await api.items(path)
    assert after_sync["cds_synced"] == "2099-01-01T00:00:00Z" > before["cds_synced"]
    assert after_sync["cds_modified"] == before["cds_modified"]
    await store.execute(modified, utc("2099-01-02"))
    (after_change,) = await api.items(path)
    assert after_change["cds_modified"] == "2099-01-02T00:00:00Z"
    assert after_change["cds_created"] == before["cds_created"]
