"""What changed since: `modified_after` on usage segments."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from tests.api.application import SEGMENTS, Application
from tests.api.builders import Store, utc

ONCE, LATER = utc("2026-03-10"), utc("2026-03-20 12:00")
SINCE = {"modified_after": "2026-03-20T00:00:00Z"}


@pytest.fixture
async def year(store: Store) -> Store:
    """Meters m and n with an interval in the morning and one late in the evening, for a year."""
    await store.project(timezone="America/Denver")
    await store.client()
    for meter in ("m", "n"):
        await store.meter(meter)
        for day in range(365):
            for hour in (13, 29):  # morning and late evening in Denver
                at = utc("2025-03-01") + timedelta(days=day, hours=hour)
                await store.value(at, 1, meter=meter, created_at=ONCE, recorded_at=ONCE)
    return store


async def change(store: Store, start: str, meter: str = "m", at: datetime = LATER) -> None:
    rows = await store.execute(
        "UPDATE interval_value SET recorded_at = $1 WHERE interval_start = $2 AND meter_id = $3"
        " RETURNING 1", at, utc(start), await store.meter_id(meter))  # fmt: skip
    assert rows


async def ids(api: Application, **parameters: object) -> list[str]:
    return [s["cds_usagesegment_id"] for s in await api.items(SEGMENTS, **parameters)]


async def test_only_segments_that_changed_since_are_listed(year: Store, api: Application) -> None:
    assert await ids(api, **SINCE) == []
    await change(year, "2025-03-02 13:00")
    await change(
        year, "2025-09-02 05:00", "n"
    )  # the evening of 1 September; its segment began at dawn
    await change(year, "2026-02-28 13:00")
    assert await ids(api, **SINCE) == [
        "m:scada:2025-03-02:300", "n:scada:2025-09-01:300", "m:scada:2026-02-28:300"]  # fmt: skip


async def test_the_bound_is_exclusive(year: Store, api: Application) -> None:
    await change(year, "2025-09-01 13:00")
    assert await ids(api, modified_after="2026-03-20T11:59:59.999999Z") == [
        "m:scada:2025-09-01:300"
    ]
    assert await ids(api, modified_after="2026-03-20T12:00:00Z") == []


async def test_it_narrows_together_with_the_others(year: Store, api: Application) -> None:
    for start in ("2025-03-02 13:00", "2025-09-02 05:00", "2026-02-28 13:00"):
        for meter in ("m", "n"):
            await change(year, start, meter)
    assert len(await ids(api, **SINCE)) == 6
    assert len(await ids(api, **SINCE, meter_numbers="n")) == 3
    assert await ids(api, **SINCE, production_formats="settlement") == []
    within = {"after": "2025-08-01T00:00:00Z", "before": "2025-10-01T00:00:00Z"}
    assert len(await ids(api, **SINCE, **within)) == 2
    named = {"cds_usagesegment_ids": "m:scada:2025-09-01:300 m:scada:2025-09-02:300"}
    assert await ids(api, **SINCE, **named) == ["m:scada:2025-09-01:300"]


@pytest.mark.embedded
async def test_it_looks_at_the_changes_of_then(year: Store, api: Application) -> None:
    await change(year, "2025-09-01 13:00")
    await year.version("2025-09-01 13:00", 0, LATER, created_at=ONCE, recorded_at=ONCE)
    assert await ids(api, **SINCE, as_of="2026-03-20T11:00:00Z") == []
    asked = {"modified_after": "2026-03-09T00:00:00Z", "meter_numbers": "m"}
    assert (
        len([each async for each in api.pages(SEGMENTS, **asked, as_of="2026-03-20T11:00:00Z")])
        == 4
    )


@pytest.mark.embedded
async def test_pages_of_what_changed_go_both_ways(year: Store, api: Application) -> None:
    await year.execute("UPDATE interval_value SET recorded_at = $1"
                       " WHERE extract(hour FROM interval_start) = 5"
                       " AND extract(doy FROM interval_start)::integer % 3 = 0", LATER)  # fmt: skip
    pages = [each async for each in api.pages(SEGMENTS, **SINCE)]
    found = [s["cds_usagesegment_id"] for page in pages for s in page["usage_segments"]]
    expected = [s async for page in api.pages(SEGMENTS) for s in page["usage_segments"]
                if s["cds_modified"] == "2026-03-20T12:00:00Z"]  # fmt: skip
    assert found == [s["cds_usagesegment_id"] for s in expected]
    assert len(found) > 200
    for before, page in pairwise(pages):
        assert (await api.get(page["previous"])).json()["usage_segments"] == before[
            "usage_segments"
        ]


async def test_a_bound_that_is_no_instant_is_refused(year: Store, api: Application) -> None:
    answer = await api.get(SEGMENTS, modified_after="yesterday")
    assert (answer.status_code, answer.json()["parameter"]) == (400, "modified_after")
