"""Digest 2.6, 7.4: pages of usage segments of several account and contract numbers."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from api.reading.database import Database
from api.reading.session import Grant
from api.segments import pages as segments
from api.segments.filters import SegmentFilters
from api.web.services import provided
from gridfeed.storage.statements import statement
from tests.api.application import SEGMENTS, Application
from tests.api.builders import Store, utc
from tests.api.customer_builder import account, contract
from tests.api.segments.test_plans import PREPARED

FIRST = utc("2025-01-01")
CONTRACT = FIRST + timedelta(days=50), FIRST + timedelta(days=100)
NUMBERS = {"p0": ("9", None), "p1": ("10", "B"), "p2": ("10", None), "p3": ("10", "A")}


@pytest.fixture
async def wide(store: Store) -> Store:
    """Four projects of two accounts, 65 days each: 260 segments in four sections."""
    await account(store, "ten", "ten", account_number="10")
    await account(store, "nine", "nine", account_number="9")
    for project, (holder, number) in NUMBERS.items():
        owner = {"9": "nine", "10": "ten"}[holder]
        await store.project(project)
        await store.execute("UPDATE project SET tenant = $2 WHERE cds_productionproject_id = $1",
                            project, owner)  # fmt: skip
        await contract(store, f"c-{project}", project, owner, contract_number=number)
        await store.meter(f"m-{project}", project)
        for day in range(65):
            start = utc("2025-01-01") + timedelta(days=day)
            await store.value(start, day, meter=f"m-{project}", recorded_at=utc("2026-01-01"))
    await store.client()
    return store


def place(item: dict[str, Any]) -> tuple[str, str, str]:
    holder, number = NUMBERS[item["related_productionprojects"][0]]
    return holder, number or "", item["segment_start"]


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"after": "2025-01-01T00:00:00Z"},
        {"modified_after": "2025-12-31T00:00:00Z"},
        {"before": "2025-03-06T00:00:00Z", "after": "2024-06-01T00:00:00Z"},
    ],
)
async def test_38_to_40_pages_go_through_every_section_and_back(
    wide: Store, api: Application, filters: dict[str, str]
) -> None:
    pages = [each async for each in api.pages(SEGMENTS, **filters)]
    items = [item for page in pages for item in page["usage_segments"]]
    assert [len(page["usage_segments"]) for page in pages] == [100, 100, 60]
    assert len({item["cds_usagesegment_id"] for item in items}) == 260
    places = [place(item) for item in items]
    assert places == sorted(places)  # by code point: account 10 before 9
    for former, page in pairwise(pages):
        back = (await api.get(page["previous"])).json()
        assert back["usage_segments"] == former["usage_segments"]
        assert (back["previous"] is None) == (former is pages[0])


async def test_pages_of_the_past_go_back_over_forecasts_that_came_later(
    wide: Store, api: Application
) -> None:
    forecast: dict[str, Any] = {"production_format": "forecast_day_ahead",
                                "issued_at": utc("2026-01-01")}  # fmt: skip
    for project in NUMBERS:
        for month in (6, 12, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11):
            at = utc("2026-01-02" if month % 6 == 0 else "2026-06-01")  # two of twelve were known
            await wide.value(f"2027-{month:02}-20", 1, meter=f"m-{project}", created_at=at,
                             recorded_at=at, **forecast)  # fmt: skip
    pages = [each async for each in api.pages(SEGMENTS, as_of="2026-01-03T00:00:00Z")]
    items = [item for page in pages for item in page["usage_segments"]]
    assert len(items) == 4 * (65 + 2)
    assert [place(item) for item in items] == sorted(place(item) for item in items)
    for former, page in pairwise(pages):
        assert (await api.get(page["previous"])).json()["usage_segments"] == former[
            "usage_segments"
        ]


async def test_40_a_short_range_of_many_sections_is_in_the_same_order(
    wide: Store, api: Application
) -> None:
    bounds = {"after": "2025-01-02T00:00:00Z", "before": "2025-01-03T00:00:00Z"}
    items = await api.items(SEGMENTS, **bounds)
    places = [place(item) for item in items]
    assert len(items) == 8  # of two days; those of the day before end before it
    assert places == sorted(places)


async def test_40_a_cursor_of_a_section_that_is_gone_goes_on_behind_it(
    wide: Store, api: Application
) -> None:
    first = (await api.get(SEGMENTS)).json()
    await wide.execute(
        "UPDATE service_contract SET contract_number = 'Z' WHERE contract_number = 'A'"
    )
    rest = [
        item
        for page in [(await api.get(first["next"])).json()]
        for item in page["usage_segments"]
    ]  # fmt: skip
    assert {item["related_productionprojects"][0] for item in rest} == {"p1", "p3"}


@pytest.fixture
async def between(store: Store) -> Store:
    """A value a day for 150 days; a contract is in force on the 50 in the middle."""
    await account(store, "ten", "ten", account_number="10")
    await store.project()
    await store.execute("UPDATE project SET tenant = 'ten'")
    await contract(store, "c", "p", "ten", contract_number="A",
                   starts_at=CONTRACT[0], ends_at=CONTRACT[1])  # fmt: skip
    await store.meter()
    for day in range(150):
        await store.value(FIRST + timedelta(days=day), day, recorded_at=utc("2026-01-01"))
    await store.client()
    return store


async def test_40_what_lies_before_and_after_a_contract_comes_before_what_it_covers(
    between: Store, api: Application
) -> None:
    pages = [each async for each in api.pages(SEGMENTS)]
    starts = [utc(item["segment_start"]) for page in pages for item in page["usage_segments"]]
    covered = [CONTRACT[0] <= start < CONTRACT[1] for start in starts]
    assert covered == [False] * 100 + [True] * 50
    assert starts == sorted(starts[:100]) + sorted(starts[100:])
    for former, page in pairwise(pages):
        back = (await api.get(page["previous"])).json()
        assert back["usage_segments"] == former["usage_segments"]


async def test_a_contract_that_covers_every_value_is_all_that_is_looked_through(
    between: Store, api: Application
) -> None:
    await between.execute("UPDATE service_contract SET starts_at = $1, ends_at = $2",
                          utc("2020-01-01"), utc("2040-01-01"))  # fmt: skip
    async with provided(api.app, Database).granted(Grant(1, "all")) as session:
        page = await segments.page(session, SegmentFilters(), None)
        rows = await session._connection.fetch(PREPARED)
    text = statement("api.segments", "segment_page").text
    assert len(page.items) == 100
    assert sum(row["runs"] for row in rows if row["statement"].startswith(text)) == 1
