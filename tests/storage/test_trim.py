"""The feed is trimmed from its front, and says exactly how far."""

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from gridfeed.domain.published.feed_position import START, Position
from gridfeed.storage import feed, trim
from gridfeed.storage.feed import GoneError
from gridfeed.storage.statements import sql
from stream.housekeeping import Limits, keep_house
from tests.api.builders import Store, utc

DAY = timedelta(days=1)
FIRST = utc("2026-03-01 12:00")


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """Six changes, recorded at noon of six days."""
    async with Store(database_url) as store:
        store.url = database_url  # type: ignore[attr-defined]
        await store.project()
        await store.meter()
        for day in range(6):
            await store.change(f"2026-02-0{day + 1}", recorded_at=FIRST + day * DAY)
        await store.settle()
        yield store


async def keep(store: Store, *, days: int) -> None:
    """Keep changes of the days before the sixth day."""
    midnight = FIRST + 5 * DAY - DAY / 2
    async with asyncpg.create_pool(store.url, min_size=0) as pool:  # type: ignore[attr-defined]
        await keep_house(pool, Limits(midnight, midnight - days * DAY))
    await store.settle()


async def days(store: Store, after: Position = START) -> list[int]:
    page = await feed.read_page(store.connection, after, 100)
    return [change.interval_from.day for change in page.changes]


async def plain(store: Store) -> None:
    """Make `change` what it is without TimescaleDB."""
    await store.execute("CREATE TABLE plain (LIKE change INCLUDING ALL)")
    await store.execute("INSERT INTO plain OVERRIDING SYSTEM VALUE SELECT * FROM change")
    await store.execute("ALTER TABLE change RENAME TO hyper")
    await store.execute("ALTER TABLE plain RENAME TO change")
    ((definition,),) = await store.execute("SELECT pg_get_viewdef('feed')")
    await store.execute(f"CREATE OR REPLACE VIEW feed AS {definition.replace('hyper', 'change')}")


@pytest.mark.parametrize("chunked", [True, False])
async def test_what_is_too_old_goes_and_the_rest_stays(store: Store, *, chunked: bool) -> None:
    if not chunked:
        await plain(store)
    await keep(store, days=2)
    assert await days(store) == [4, 5, 6]
    assert (await store.execute("SELECT count(*) AS n FROM change"))[0]["n"] == 3
    await keep(store, days=2)
    assert await days(store) == [4, 5, 6]


@pytest.mark.parametrize("chunked", [True, False])
async def test_a_cursor_at_the_floor_works_and_one_before_it_is_told(
    store: Store, *, chunked: bool
) -> None:
    if not chunked:
        await plain(store)
    positions = [c.position for c in (await feed.read_page(store.connection, START, 9)).changes]
    await keep(store, days=2)
    assert await days(store, positions[2]) == [4, 5, 6]
    assert await days(store, positions[3]) == [5, 6]
    with pytest.raises(GoneError) as gone:
        await days(store, positions[1])
    assert gone.value.oldest == positions[2]


async def test_a_young_change_early_in_the_feed_is_not_passed_over(store: Store) -> None:
    """One that was recorded late, in a transaction that began early, holds up what follows it."""
    await plain(store)
    await store.execute("UPDATE change SET recorded_at = $1 WHERE seq = 2", FIRST + 5 * DAY)
    await keep(store, days=2)
    assert await days(store) == [2, 3, 4, 5, 6]


async def test_a_change_of_a_kept_chunk_that_lies_before_the_floor_goes_too(store: Store) -> None:
    """Else a reader from the oldest kept would see it, and one from the floor would not.

    Without chunks it holds up what follows it.
    """
    await store.change("2026-02-07", recorded_at=FIRST + 5 * DAY)
    await store.execute("UPDATE change SET xid = '5' WHERE seq = 7")
    ((chunked,),) = await store.execute(*sql("change_has_chunks"))
    await keep(store, days=2)
    kept = [4, 5, 6] if chunked else [7, 1, 2, 3, 4, 5, 6]
    assert await days(store) == kept
    assert (await store.execute("SELECT count(*) AS n FROM change"))[0]["n"] == len(kept)


async def test_a_killed_housekeeper_leaves_no_lie(store: Store) -> None:
    """The floor has moved and the rows are still there: they count as gone, and go next time."""

    async def half_way() -> None:
        await trim.move_floor(store.connection, FIRST + 3 * DAY - DAY / 2)

    await half_way()
    assert await days(store) == [4, 5, 6]
    assert (await store.execute("SELECT count(*) AS n FROM change"))[0]["n"] == 6
    await keep(store, days=2)
    assert await days(store) == [4, 5, 6]
    assert (await store.execute("SELECT count(*) AS n FROM change"))[0]["n"] == 3


async def test_rows_go_in_pieces(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await plain(store)
    monkeypatch.setattr(trim, "ROWS_AT_ONCE", 2)
    await keep(store, days=1)
    assert await days(store) == [5, 6]
    assert (await store.execute("SELECT count(*) AS n FROM change"))[0]["n"] == 2
