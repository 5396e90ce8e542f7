"""The feed as its readers get it: pieces of projects, values as published, and no holes."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import timedelta

import pytest

from gridfeed.domain.published.feed_position import START, Position
from gridfeed.storage import feed
from gridfeed.storage.feed import FeedChange, FeedPage, FeedValue, GoneError
from tests.api.builders import Store, utc
from tests.api.publisher import publish

NOON = "2026-03-01 12:00"
AT = utc("2026-03-01 13:00")
SECOND = timedelta(seconds=1)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """A meter m of project p."""
    async with Store(database_url) as store:
        await store.project()
        await store.meter()
        yield store


async def page(store: Store, after: tuple[int, int] = START, limit: int = 100) -> FeedPage:
    await store.settle()
    return await feed.read_page(store.connection, after, limit)


async def energies(store: Store, *changes: FeedChange) -> list[list[int | None] | None]:
    found = await feed.read_values(store.connection, changes)
    return [None if values is None else [v.energy_microkwh for v in values] for values in found]


async def test_a_page_ends_at_its_last_change_and_the_next_begins_behind_it(store: Store) -> None:
    for day in range(1, 6):
        await store.change(f"2026-03-0{day}")
    first = await page(store, limit=3)
    second = await page(store, first.end, limit=3)
    third = await page(store, second.end, limit=3)
    assert [c.interval_from.day for c in (*first.changes, *second.changes)] == [1, 2, 3, 4, 5]
    assert first.end == first.changes[-1].position
    assert (first.full, second.full) == (True, False)
    assert (third.changes, third.end) == ([], second.end)


async def test_the_newest_position_is_that_of_the_last_change(store: Store) -> None:
    assert await feed.newest(store.connection) == START
    await store.change()
    await store.change("2026-03-02")
    await store.settle()
    assert await feed.newest(store.connection) == (await page(store)).end


async def test_a_change_over_a_move_has_a_piece_for_each_project(store: Store) -> None:
    await store.project("q", units="MWh")
    await store.move("q", utc("2026-03-01 12:05"))
    await publish(store, AT, NOON, ["1", "2", "3"])
    (change,) = (await page(store)).changes
    assert [(p.cds_productionproject_id, p.units) for p in change.pieces] == [
        ("p", "kWh"), ("q", "MWh"),
    ]  # fmt: skip
    assert change.pieces[0].interval_to == change.pieces[1].interval_from == utc("2026-03-01 12:05")


async def test_the_values_of_a_change_are_those_that_it_published(store: Store) -> None:
    """Also when they have been replaced since, whether they were final then or open."""
    later = {"finalize_at": utc("2026-03-01 14:00")}
    await publish(store, AT, NOON, ["1", "2"], **later)
    await publish(store, AT + SECOND, NOON, ["1", "3"], **later)
    await store.execute("UPDATE interval_value SET finalize_at = NULL")
    await publish(store, AT + 2 * SECOND, NOON, ["4", "3"])
    changes = (await page(store)).changes
    assert [change.kind for change in changes] == ["CREATED", "UPDATED", "CORRECTED"]
    assert await energies(store, *changes) == [[1_000_000, 2_000_000], [3_000_000], [4_000_000]]


async def test_a_value_has_every_column_of_the_interval(store: Store) -> None:
    await publish(store, AT, NOON, ["1"], samples=30, peak_microkw=5, coverage_us=300_000_000)
    ((value,),) = await feed.read_values(store.connection, (await page(store)).changes)  # type: ignore[misc]
    assert isinstance(value, FeedValue)
    assert (value.interval_start, value.interval_seconds, value.recorded_at) == (
        utc(NOON), 300, AT,
    )  # fmt: skip
    assert (value.samples, value.peak_microkw, value.coverage_us) == (30, 5, 300_000_000)


async def test_a_change_over_very_many_intervals_has_no_values(store: Store) -> None:
    await publish(store, AT, NOON, ["1"] * (feed.MOST_VALUES + 1))
    await publish(store, AT, "2026-06-01", ["1"])
    assert await energies(store, *(await page(store)).changes) == [None, [1_000_000]]


async def test_behind_what_was_removed_nothing_is_read_as_if_it_were_all(store: Store) -> None:
    for day in range(1, 5):
        await store.change(f"2026-03-0{day}")
    ids = [change.position for change in (await page(store)).changes]
    await store.execute("UPDATE feed_floor SET xid = $1, seq = $2", *ids[1])
    with pytest.raises(GoneError) as gone:
        await page(store, ids[0])
    assert gone.value.oldest == ids[1]
    kept = [c.position for c in (await page(store, ids[1])).changes]
    assert kept == [c.position for c in (await page(store)).changes] == ids[2:]


@dataclass(frozen=True)
class Some:
    """What is wanted; None: all of it."""

    projects: Collection[str] | None = None
    meters: Collection[str] | None = None
    production_formats: Collection[str] | None = None
    kinds: Collection[str] | None = None


@pytest.fixture
async def two(store: Store) -> Store:
    """Ten changes: of meter n of project q each third, the rest of meter m of project p."""
    await store.project("q")
    await store.meter("n", "q")
    for number in range(10):
        await store.change(
            f"2026-03-{number + 1:02}",
            "m" if number % 3 else "n",
            kind="CORRECTED" if number == 4 else "CREATED",
            production_format="settlement" if number == 5 else "scada",
        )
    await store.settle()
    return store


async def page_of(
    store: Store, wanted: Some, after: Position = START, limit: int = 100
) -> FeedPage:
    return await feed.read_page_of(store.connection, after, limit, wanted)


@pytest.mark.parametrize(
    ("wanted", "days"),
    [
        (Some(), [*range(1, 11)]),
        (Some(projects=["q"]), [1, 4, 7, 10]),
        (Some(meters=["n"]), [1, 4, 7, 10]),
        (Some(projects=["q"], meters=["m"]), []),
        (Some(kinds=["CORRECTED"]), [5]),
        (Some(production_formats=["settlement"]), [6]),
        (Some(projects=[]), []),
    ],
)
async def test_a_page_of_some_has_those_and_ends_where_it_looked(
    two: Store, wanted: Some, days: list[int]
) -> None:
    found = await page_of(two, wanted)
    assert [change.interval_from.day for change in found.changes] == days
    assert found.end == (await page(two)).end
    assert not found.full
    whole = {change.position: change for change in (await page(two)).changes}
    assert all(whole[change.position] == change for change in found.changes)


async def test_a_page_of_some_that_is_full_ends_at_its_last_change(two: Store) -> None:
    first = await page_of(two, Some(meters=["n"]), limit=2)
    assert [change.interval_from.day for change in first.changes] == [1, 4]
    assert (first.end, first.full) == (first.changes[-1].position, True)
    rest = (await page_of(two, Some(meters=["n"]), first.end)).changes
    assert [change.interval_from.day for change in rest] == [7, 10]


async def test_a_page_of_some_looks_at_so_many_and_says_how_far(
    two: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST_LOOKED_AT", 3)
    every, at, found = (await page(two)).changes, START, []
    for turn in range(3):
        part = await page_of(two, Some(kinds=["CORRECTED"]), at)
        assert part.full
        at, found = part.end, [*found, *part.changes]
        assert at == every[turn * 3 + 2].position
    assert [change.interval_from.day for change in found] == [5]
    last = await page_of(two, Some(kinds=["CORRECTED"]), at)
    assert (last.changes, last.end, last.full) == ([], every[-1].position, False)


async def test_behind_what_was_removed_a_page_of_some_is_refused(two: Store) -> None:
    second = (await page(two)).changes[1].position
    await two.execute(
        "UPDATE feed_floor SET xid = $1, seq = $2", *(await page(two)).changes[3].position
    )
    with pytest.raises(GoneError):
        await page_of(two, Some(meters=["n"]), second)
    assert [c.interval_from.day for c in (await page_of(two, Some(meters=["n"]))).changes] == [
        7,
        10,
    ]
