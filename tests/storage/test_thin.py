"""Detail of open intervals is thinned in time: one value a minute and the newest change stay."""

import random
from datetime import datetime, timedelta
from itertools import pairwise

import asyncpg
import pytest

from gridfeed.domain.words import ChangeCause
from gridfeed.storage import thin
from stream.housekeeping import Limits, keep_house
from tests.storage.store import NOON, Store, at, row

LIVES = (
    "SELECT energy_microkwh, recorded_at, replaced_at, delta_microkwh, cause::text"
    " FROM former_open WHERE interval_start = $1 ORDER BY replaced_at"
)
CHANGES = (
    "SELECT xid::text::bigint, seq, kind::text, interval_from, delta_microkwh, recorded_at"
    " FROM change ORDER BY xid, seq"
)
#: Keeps everything of the tests' day but the detail.
LONG_AGO = NOON - timedelta(days=1)


@pytest.fixture
async def store(database_url: str) -> Store:
    return Store(database_url)


async def keep(store: Store, detail: datetime) -> None:
    """Thin what was replaced or recorded before an instant."""
    async with asyncpg.create_pool(store.url, min_size=0) as pool:
        await keep_house(pool, Limits(LONG_AGO, detail=detail))


async def published(store: Store, seed: int) -> list[tuple[int, int]]:
    """Publish an open interval at random seconds of ten minutes; return (second, energy)."""
    chance = random.Random(seed)
    seconds = sorted(chance.sample(range(600), chance.randint(2, 40)))
    steps = [(second, chance.choice((-1, 1)) * 100 + place) for place, second in enumerate(seconds)]
    for second, energy in steps:
        await store.publish(row(energy, is_open=True), at(second))
    return steps


def left(steps: list[tuple[int, int]]) -> list[tuple[int, datetime, datetime]]:
    """Return what the rule leaves of publications: (energy, from, until) of each former value."""
    lives = [(energy, at(second), at(ends)) for (second, energy), (ends, _) in pairwise(steps)]
    minutes: dict[datetime, list[tuple[int, datetime, datetime]]] = {}
    for life in lives:
        minutes.setdefault(life[2].replace(second=0), []).append(life)
    return [(each[-1][0], each[0][1], each[-1][2]) for each in minutes.values()]


@pytest.mark.parametrize("parts", [1, 3])
@pytest.mark.parametrize("seed", range(5))
async def test_each_minute_leaves_its_last_value_and_every_instant_keeps_one(
    store: Store, seed: int, parts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thin, "ROWS_AT_ONCE", 10_000 if parts == 1 else 5)
    steps = await published(store, seed)
    await keep(store, at(3600))
    lives = await store.fetch(LIVES, NOON)
    assert [life[:3] for life in lives] == left(steps)
    after = [*(energy for energy, *_ in lives[1:]), steps[-1][1]]
    assert [life[3] for life in lives] == [
        following - life[0] for life, following in zip(lives, after, strict=True)
    ]
    assert [life[4] for life in lives] == ["first", *["samples"] * (len(lives) - 1)]


async def test_a_second_thinning_changes_nothing_even_if_the_first_was_not_noted(
    store: Store,
) -> None:
    await published(store, 7)
    await keep(store, at(3600))
    once = await store.fetch(LIVES, NOON), await store.fetch(CHANGES)
    await store.run(
        lambda connection: connection.execute(
            "UPDATE thinned SET open_versions_until = '-infinity', changes_until = '-infinity'"
        )
    )
    await keep(store, at(3600))
    assert (await store.fetch(LIVES, NOON), await store.fetch(CHANGES)) == once


async def test_an_interval_that_changed_within_the_window_keeps_every_step(store: Store) -> None:
    for second in (1, 2, 3, 61):
        await store.publish(row(second, is_open=True), at(second))
    before = await store.fetch(LIVES, NOON)
    await keep(store, at(61))
    assert await store.fetch(LIVES, NOON) == before
    await keep(store, at(62))
    assert [life[0] for life in await store.fetch(LIVES, NOON)] == [2, 3]


async def test_values_that_were_final_when_they_were_replaced_are_all_kept(store: Store) -> None:
    for second in (1, 2, 3):
        await store.publish(row(second, cause=ChangeCause.LATE_SAMPLES), at(second))
    before = await store.fetch(CHANGES)
    await keep(store, at(3600))
    assert await store.fetch("SELECT count(*) FROM interval_version") == [(2,)]
    assert await store.fetch(CHANGES) == before


@pytest.mark.parametrize("seed", range(3))
async def test_from_any_cursor_the_newest_change_of_each_interval_comes_with_no_wrong_difference(
    store: Store, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thin, "ROWS_AT_ONCE", (10_000, 5, 1)[seed])
    chance = random.Random(seed)
    for second in range(0, 900, 20):
        interval = second // 300
        await store.publish(
            row(chance.randrange(10**6), interval=interval, is_open=True), at(second)
        )
    await store.publish(row(5, cause=ChangeCause.LATE_SAMPLES, interval=9), at(901))
    before = await store.fetch(CHANGES)
    await keep(store, at(3600))
    after = await store.fetch(CHANGES)
    assert len(after) < len(before) / 3
    assert [each[2] for each in after].count("CREATED") == 4
    for cursor in [(0, 0), *(each[:2] for each in before)]:
        newest = {each[3]: each[:4] for each in before if each[:2] > cursor}
        assert {each[3]: each[:4] for each in after if each[:2] > cursor} == newest
    for change in after:
        assert change[4] is None or change in before


async def test_often_thinned_changes_are_as_few_as_those_thinned_at_once(store: Store) -> None:
    for second in range(0, 600, 20):
        await store.publish(row(second, is_open=True), at(second))
    for minute in range(1, 11):
        await keep(store, at(60 * minute))
    assert [change[2] for change in await store.fetch(CHANGES)] == ["CREATED", "UPDATED"]


async def test_what_was_thinned_goes_with_the_rest_of_the_open_history(store: Store) -> None:
    await published(store, 1)
    await keep(store, at(3600))
    assert await store.fetch(LIVES, NOON)
    async with asyncpg.create_pool(store.url, min_size=0) as pool:
        await keep_house(pool, Limits(NOON + timedelta(days=2)))
    assert await store.fetch(LIVES, NOON) == []
