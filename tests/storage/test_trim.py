"""The feed is trimmed from its front, and says exactly how far."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import asyncpg
import pytest

from gridfeed.domain.feed_position import START, Position
from gridfeed.storage import feed, trim
from gridfeed.storage.feed import GoneError
from gridfeed.storage.statements import sql
from stream.housekeeping import keep_house
from tests.api.builders import Store, utc

DAY = timedelta(days=1)
FIRST = utc("2026-03-01 12:00")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """Six changes, recorded at noon of six days."""
    with Store(database_url) as store:
        store.url = database_url  # type: ignore[attr-defined]
        store.project()
        store.meter()
        for day in range(6):
            store.change(f"2026-02-0{day + 1}", recorded_at=FIRST + day * DAY)
        store.settle()
        yield store


def keep(store: Store, *, days: int) -> None:
    """Keep changes of the days before the sixth day."""
    midnight = FIRST + 5 * DAY - DAY / 2

    async def kept() -> None:
        async with asyncpg.create_pool(store.url, min_size=0) as pool:  # type: ignore[attr-defined]
            await keep_house(pool, midnight, midnight - days * DAY)

    asyncio.run(kept())
    store.settle()


def days(store: Store, after: Position = START) -> list[int]:
    page = store.wait_for(feed.read_page(store.connection, after, 100))
    return [change.interval_from.day for change in page.changes]


def plain(store: Store) -> None:
    """Make `change` what it is without TimescaleDB."""
    store.execute("CREATE TABLE plain (LIKE change INCLUDING ALL)")
    store.execute("INSERT INTO plain OVERRIDING SYSTEM VALUE SELECT * FROM change")
    store.execute("ALTER TABLE change RENAME TO hyper")
    store.execute("ALTER TABLE plain RENAME TO change")
    ((definition,),) = store.execute("SELECT pg_get_viewdef('feed')")
    store.execute(f"CREATE OR REPLACE VIEW feed AS {definition.replace('hyper', 'change')}")


@pytest.mark.parametrize("chunked", [True, False])
def test_what_is_too_old_goes_and_the_rest_stays(store: Store, *, chunked: bool) -> None:
    if not chunked:
        plain(store)
    keep(store, days=2)
    assert days(store) == [4, 5, 6]
    assert store.execute("SELECT count(*) AS n FROM change")[0]["n"] == 3
    keep(store, days=2)
    assert days(store) == [4, 5, 6]


@pytest.mark.parametrize("chunked", [True, False])
def test_a_cursor_at_the_floor_works_and_one_before_it_is_told(
    store: Store, *, chunked: bool
) -> None:
    if not chunked:
        plain(store)
    positions = [
        c.position for c in store.wait_for(feed.read_page(store.connection, START, 9)).changes
    ]
    keep(store, days=2)
    assert days(store, positions[2]) == [4, 5, 6]
    assert days(store, positions[3]) == [5, 6]
    with pytest.raises(GoneError) as gone:
        days(store, positions[1])
    assert gone.value.oldest == positions[2]


def test_a_young_change_early_in_the_feed_is_not_passed_over(store: Store) -> None:
    """One that was recorded late, in a transaction that began early, holds up what follows it."""
    plain(store)
    store.execute("UPDATE change SET recorded_at = $1 WHERE seq = 2", FIRST + 5 * DAY)
    keep(store, days=2)
    assert days(store) == [2, 3, 4, 5, 6]


def test_a_change_of_a_kept_chunk_that_lies_before_the_floor_goes_too(store: Store) -> None:
    """Else a reader from the oldest kept would see it, and one from the floor would not.

    Without chunks it holds up what follows it.
    """
    store.change("2026-02-07", recorded_at=FIRST + 5 * DAY)
    store.execute("UPDATE change SET xid = '5' WHERE seq = 7")
    ((chunked,),) = store.execute(sql("change_has_chunks"))
    keep(store, days=2)
    kept = [4, 5, 6] if chunked else [7, 1, 2, 3, 4, 5, 6]
    assert days(store) == kept
    assert store.execute("SELECT count(*) AS n FROM change")[0]["n"] == len(kept)


def test_a_killed_housekeeper_leaves_no_lie(store: Store) -> None:
    """The floor has moved and the rows are still there: they count as gone, and go next time."""

    async def half_way() -> None:
        await trim.move_floor(store.connection, FIRST + 3 * DAY - DAY / 2)

    store.wait_for(half_way())
    assert days(store) == [4, 5, 6]
    assert store.execute("SELECT count(*) AS n FROM change")[0]["n"] == 6
    keep(store, days=2)
    assert days(store) == [4, 5, 6]
    assert store.execute("SELECT count(*) AS n FROM change")[0]["n"] == 3


def test_rows_go_in_pieces(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    plain(store)
    monkeypatch.setattr(trim, "ROWS_AT_ONCE", 2)
    keep(store, days=1)
    assert days(store) == [5, 6]
    assert store.execute("SELECT count(*) AS n FROM change")[0]["n"] == 2
