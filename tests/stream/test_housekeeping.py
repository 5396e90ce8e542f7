"""Former values of open intervals are removed in time; nothing else is."""

from datetime import timedelta

import asyncpg
import pytest

from gridfeed.storage import housekeeping
from stream.housekeeping import Limits, keep_house
from tests.storage.store import NOON, Store, at, row, rows

KEPT = "SELECT energy_microkwh FROM open_version ORDER BY replaced_at"


@pytest.fixture
async def store(database_url: str) -> Store:
    """Six open values replaced on six days, and a final one."""
    store = Store(database_url)
    for day in range(7):
        await store.publish(row(day, is_open=True), NOON + timedelta(days=day))
    await store.publish(rows(row(1, interval=1)), at(1))
    await store.publish(rows(row(2, interval=1)), at(2))
    assert [energy for (energy,) in await store.fetch(KEPT)] == [0, 1, 2, 3, 4, 5]
    return store


async def keep(store: Store, *, days: int) -> None:
    """Keep what was replaced in the last days before the sixth day's end."""
    async with asyncpg.create_pool(store.url, min_size=0) as pool:
        before = NOON + timedelta(days=6, hours=12) - timedelta(days=days)
        await keep_house(pool, Limits(before))


async def test_chunks_of_days_that_are_all_too_old_are_dropped(store: Store) -> None:
    await keep(store, days=3)
    assert await store.fetch(KEPT) == [(3,), (4,), (5,)]
    assert await store.fetch("SELECT energy_microkwh FROM interval_version") == [(1,)]


async def test_without_chunks_rows_are_deleted_in_pieces(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "ROWS_AT_ONCE", 2)
    await store.run(
        lambda connection: connection.execute(
            "CREATE TABLE plain AS SELECT * FROM open_version;"
            "DROP TABLE open_version CASCADE; ALTER TABLE plain RENAME TO open_version"
        )
    )
    await keep(store, days=1)
    assert await store.fetch(KEPT) == [(5,)]
    assert await store.fetch("SELECT energy_microkwh FROM interval_version") == [(1,)]


async def test_nothing_is_done_while_another_worker_keeps_house(store: Store) -> None:
    other = await asyncpg.connect(store.url)
    assert await housekeeping.try_housekeeping(other)
    await keep(store, days=1)
    await other.close()
    assert len(await store.fetch(KEPT)) == 6
    await keep(store, days=1)
    assert len(await store.fetch(KEPT)) < 6
