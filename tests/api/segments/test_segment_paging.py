"""Pages of usage segments while values are published: none twice, none left out, none moved."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.reading import page
from api.segments import listing as segment_listing
from api.segments import pages as segments
from tests.api.application import SEGMENTS, Application
from tests.api.builders import Store
from tests.api.segments.segment_fleet import (
    FIRST_DAY,
    HOUR,
    KINDS,
    Fleet,
    Held,
    Stored,
    Write,
    stored,
)

pytestmark = pytest.mark.embedded

METERS, DAYS, PAGE = 4, 3, 3
projects = count()

writes = st.builds(
    Write,
    st.sampled_from(KINDS),
    st.integers(0, METERS - 1),
    st.integers(0, DAYS - 1),
    st.sets(st.integers(0, 2), min_size=1).map(lambda hours: tuple(sorted(hours))),
    st.integers(1, 10**9),
)
days = st.integers(0, DAYS).map(lambda day: FIRST_DAY + day * 24 * HOUR)
bounds = st.one_of(
    st.just({}),
    st.builds(lambda at: {"after": at}, days),
    st.builds(lambda at: {"before": at}, days),
    st.builds(
        lambda at, most: {"after": at, "before": at + most * 24 * HOUR}, days, st.integers(1, 3)
    ),
)
others = st.fixed_dictionaries(
    {},
    optional={
        "meters": st.sets(st.integers(0, METERS - 1), min_size=1),
        "hours": st.sampled_from([2, 6]),
        "modified_after": st.just(True),
    },
)
narrowings = st.builds(lambda one, other: one | other, bounds, others)


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (page, segments, segment_listing):
        monkeypatch.setattr(module, "PAGE_SIZE", PAGE)


class Reader:
    """Pages on, and between two pages others write."""

    def __init__(self, fleet: Fleet, url: str, api: Application, script: list[Any]) -> None:
        self.fleet, self.url, self.api, self.script = fleet, url, api, iter(script)
        self.held: Held | None = None

    async def disturb(self) -> None:
        """Do the next few things of the script: writes, and transactions begun and ended."""
        for kind, write in next(self.script, []):
            if kind == "hold" and self.held is None and write.kind != "finalise":
                self.held = await Held.by(self.fleet, self.url, write)
            elif kind == "commit":
                await self.release()
            elif self.held is None or self.held.meter != write.meter:
                await self.fleet.write(write)

    async def release(self) -> None:
        """Let the transaction that is held up commit."""
        if self.held:
            await self.held.commit()
        self.held = None

    async def pages(self, link: str, way: str, **parameters: str) -> AsyncIterator[dict[str, Any]]:
        """Follow the links to the end."""
        page: dict[str, Any] = (await self.api.get(link, **parameters)).json()
        while True:
            yield page
            await self.disturb()
            if page[way] is None:
                return
            page = (await self.api.get(page[way])).json()


def ids(page: dict[str, Any]) -> list[str]:
    return [segment["cds_usagesegment_id"] for segment in page["usage_segments"]]


def chosen(each: Stored, asked: dict[str, Any]) -> bool:
    """Return whether a segment is what is asked for; it stays so whatever is published."""
    return (
        each.start <= asked.get("before", each.start)
        and each.end >= asked.get("after", each.end)
        and ("modified_after" not in asked or each.modified_at > asked["modified_after"])
        and ("meters" not in asked or int(each.id.split(":")[0][-1]) in asked["meters"])
    )


def query(fleet: Fleet, asked: dict[str, Any]) -> dict[str, str]:
    """Return the parameters that ask for it."""
    found = {"cds_productionproject_ids": fleet.project}
    for name in asked.keys() & {"before", "after", "modified_after"}:
        found[name] = asked[name].isoformat()
    if "hours" in asked:
        found["interval"] = str(asked["hours"] * 3600)
    if "meters" in asked:
        found["meter_numbers"] = " ".join(f"{fleet.project}-{n}" for n in asked["meters"])
    return found


def in_listing(each: Stored) -> tuple[Any, ...]:
    return each.start, datetime.max.replace(tzinfo=UTC) - each.modified_at, each.id


step = st.lists(
    st.tuples(st.sampled_from(["write", "write", "hold", "commit"]), writes),
    min_size=1,
    max_size=5,
)


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    before=st.lists(writes, min_size=12, max_size=40),
    script=st.lists(step, min_size=12, max_size=24),
    held_at_first=st.none() | writes.filter(lambda write: write.kind != "finalise"),
    narrowing=narrowings,
)
async def test_each_segment_that_was_there_comes_once_both_ways(
    paged: tuple[Store, Application, str],
    before: list[Write],
    script: list[Any],
    held_at_first: Write | None,
    narrowing: dict[str, Any],
) -> None:
    store, api, url = paged
    fleet, asked = await Fleet.of(store, f"p{next(projects)}", METERS), dict(narrowing)
    for place, write in enumerate(before):
        if place == 3 and "modified_after" in asked:
            asked["modified_after"] = (await store.execute("SELECT clock_timestamp()"))[0][0]
        await fleet.write(write)
    reader = Reader(fleet, url, api, script)
    if held_at_first:
        reader.held = await Held.by(fleet, url, held_at_first)
        for kind, write in next(reader.script, []):
            if kind == "write" and write.meter != held_at_first.meter:
                await fleet.write(write)
    found = (await stored(fleet, asked.get("hours", 1))).values()
    was = {each.id: each for each in found if chosen(each, asked)}
    try:
        forwards = [each async for each in reader.pages(SEGMENTS, "next", **query(fleet, asked))]
        seen = [each for page in forwards for each in ids(page)]
        check(seen, was, in_order=not held_at_first)
        back = [ids(forwards[-1])]
        if link := forwards[-1]["previous"]:
            back += [ids(page) async for page in reader.pages(link, "previous")]
        check([each for page in reversed(back) for each in page], was, in_order=not held_at_first)
    finally:
        await reader.release()


def check(seen: list[str], was: dict[str, Stored], *, in_order: bool) -> None:
    times = Counter(seen)
    assert {each: times[each] for each in was if times[each] != 1} == {}, "lost or doubled"
    assert [each for each, n in times.items() if n > 1] == []
    if in_order:
        known = [was[each] for each in seen if each in was]
        assert known == sorted(known, key=in_listing)


@pytest.fixture
async def paged(
    store: Store, api: Application, database_url: str
) -> tuple[Store, Application, str]:
    """A database with all chunks of a hypertable: who makes one holds up all who need it."""
    await store.client()
    first = await Fleet.of(store, "first", 1)
    for kind in ("scada", "scada", "settlement", "settlement", "load", "forecast", "edit"):
        for day in range(DAYS):
            await first.write(Write(kind, 0, day, (0, 2), first.versions))
    return store, api, database_url


@pytest.fixture
async def six(paged: tuple[Store, Application, str]) -> Fleet:
    """Six segments with one start, of which the last came last: it is listed first."""
    fleet = await Fleet.of(paged[0], "six", 7)
    for meter in range(6):
        await fleet.write(Write("scada", meter, 0, (1,), 5))
        await fleet.write(Write("settlement", meter, 1, (1,), 5))
    return fleet


async def meters(
    api: Application, link: str, **parameters: str
) -> tuple[list[int], dict[str, Any]]:
    asked = parameters and parameters | {"cds_productionproject_ids": "six"}
    page = (await api.get(link, **asked)).json()
    return [int(each.split(":")[0][-1]) for each in ids(page)], page


@pytest.mark.parametrize("kind", ["scada", "settlement"])
async def test_what_a_transaction_in_flight_wrote_does_not_move_it(
    six: Fleet, api: Application, database_url: str, kind: str
) -> None:
    held = await Held.by(six, database_url, Write(kind, 0, int(kind != "scada"), (1,), 6))
    first, page = await meters(api, SEGMENTS, production_formats=kind)
    await held.commit()
    rest, _ = await meters(api, page["next"])
    assert (first, rest) == ([5, 4, 3], [2, 1, 0])


@pytest.mark.parametrize("kind", ["scada", "settlement"])
async def test_what_changed_before_the_listing_and_during_it_stays_where_the_first_change_put_it(
    six: Fleet, api: Application, kind: str
) -> None:
    await six.write(Write(kind, 0, int(kind != "scada"), (1,), 6))
    first, page = await meters(api, SEGMENTS, production_formats=kind)
    await six.write(Write(kind, 0, int(kind != "scada"), (1,), 7))
    rest, last = await meters(api, page["next"])
    assert (first, rest) == ([0, 5, 4], [3, 2, 1])
    assert (await meters(api, last["previous"]))[0] == first


async def test_an_earlier_interval_does_not_move_a_segment_that_was_there(
    six: Fleet, api: Application
) -> None:
    first, page = await meters(api, SEGMENTS, production_formats="scada")
    await six.write(Write("scada", 0, 0, (0,), 6))
    rest, last = await meters(api, page["next"])
    assert (first, rest) == ([5, 4, 3], [2, 1, 0])
    assert last["usage_segments"][2]["segment_start"] == "2026-03-01T07:00:00Z"


async def test_a_new_segment_stays_where_it_was_first_seen(six: Fleet, api: Application) -> None:
    first, page = await meters(api, SEGMENTS, production_formats="scada")
    await six.write(Write("scada", 6, 0, (1,), 6))
    second, page = await meters(api, page["next"])
    third, page = await meters(api, page["next"])
    assert (first, second, third) == ([5, 4, 3], [2, 1, 0], [6])
    await six.write(Write("scada", 6, 0, (0,), 6))
    back, page = await meters(api, page["previous"])
    again, page = await meters(api, page["previous"])
    assert (back, again, page["previous"]) == (second, first, None)


async def test_a_listing_of_one_page_is_in_the_order_of_now(
    six: Fleet, api: Application, database_url: str
) -> None:
    held = await Held.by(six, database_url, Write("scada", 5, 0, (1,), 6))
    await six.write(Write("scada", 1, 0, (1,), 6))
    asked = {"production_formats": "scada", "meter_numbers": "six-0 six-1 six-2"}
    found = (await meters(api, SEGMENTS, **asked))[0]
    await held.commit()
    assert found == [1, 2, 0]
