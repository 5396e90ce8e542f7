"""One reader of the database for everybody, and every reader from its own position."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

import pytest

from api.feed.audience import Audience
from api.feed.batches import plain
from api.feed.events import Batch
from api.feed.hub import BEHIND_CHANGES, Hub
from api.feed.page import Page
from api.feed.reader import Reader
from api.feed.shared import PAGE_CHANGES, Connect
from api.reading.database import Database
from gridfeed.domain.published.feed_position import START, Position
from gridfeed.storage.connect import Connection
from gridfeed.storage.feed import GoneError
from tests.api.application import settings_for
from tests.api.builders import Store
from tests.api.feed.feeds import audience

pytestmark = pytest.mark.embedded

MANY = (
    "INSERT INTO change (kind, meter_id, production_format, channel, interval_from, interval_to,"
    " interval_seconds, cause) SELECT 'UPDATED', meter_id, 'scada', 'GROSS', '2026-03-01Z',"
    " '2026-03-01T00:05Z', 300, 'samples' FROM meter, generate_series(1, $1)"
)


class Counted:
    """Lends connections and counts how often."""

    def __init__(self, connect: Connect) -> None:
        self._connect, self.times, self.at_once = connect, 0, 0
        self._lent = 0

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Connection]:
        self.times += 1
        self._lent += 1
        self.at_once = max(self.at_once, self._lent)
        try:
            async with self._connect() as connection:
                yield connection
        finally:
            self._lent -= 1


@pytest.fixture
async def counted(database_url: str) -> AsyncIterator[Counted]:
    """Connections of the API to this test's database."""
    database = Database(settings_for(database_url))
    database.open()
    async with asyncio.timeout(60):
        while await database.missing():  # noqa: ASYNC110 - it opens in its own time
            await asyncio.sleep(0.02)
    yield Counted(database.everything)
    await database.close()


@pytest.fixture
async def hub(counted: Counted) -> AsyncIterator[Hub]:
    """A hub on a real database."""
    hub = Hub(counted, 0.05)
    hub.feed.open()
    yield hub
    await hub.feed.close()


async def follow(hub: Hub, who: Audience, after: Position, count: int) -> list[Position]:
    """Return the positions of the next changes, as a stream sends them."""
    found: list[Position] = []
    with hub.reading(who, after) as reader:
        while len(found) < count:
            batch = await hub.next(reader, 1.0)
            found += [event.position for event in batch.events]
            reader.position = batch.end
    return found


async def test_two_hundred_readers_from_the_oldest_on_cost_a_few_reads(
    feed: Store, hub: Hub, counted: Counted
) -> None:
    pages = 4
    await feed.execute(MANY, pages * PAGE_CHANGES // 2)
    await feed.settle()

    count = pages * PAGE_CHANGES
    everybody = [follow(hub, audience(), START, count) for _ in range(100)]
    some = [follow(hub, audience("q"), START, count // 2) for _ in range(100)]
    found = await asyncio.gather(*everybody, *some)
    assert len(found[0]) == len(set(found[0])) == count
    assert found[0] == sorted(found[0])
    assert all(each == found[0] for each in found[:100])
    assert all(each == found[100] for each in found[100:])
    assert counted.at_once <= 2
    assert counted.times < 100


async def test_each_batch_is_made_once_for_all_who_catch_up_together(
    feed: Store, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = 6
    await feed.execute(MANY, pages * PAGE_CHANGES // 2)
    await feed.settle()
    await hub.poll(audience(), await hub.feed.newest(), 1)
    made: list[Position] = []

    def noted(page: Page, position: Position, who: Audience, limit: int) -> Batch:
        made.append(position)
        return plain(page, position, who, limit)

    monkeypatch.setattr("api.feed.hub.plain", noted)
    count = pages * PAGE_CHANGES
    many = [follow(hub, audience(values=True), START, count) for _ in range(100)]
    found = await asyncio.gather(*many)
    assert all(each == found[0] for each in found)
    behind = [at for at in made if found[0][-1][1] - at[1] > BEHIND_CHANGES]
    assert len(behind) == len(set(behind)) == pages - BEHIND_CHANGES // PAGE_CHANGES


async def test_nobody_follows_nothing_is_read(feed: Store, hub: Hub, counted: Counted) -> None:
    await asyncio.sleep(0.5)
    assert counted.times == 0


async def moved_to_q(feed: Store) -> None:
    """What `projects apply` does when meter mp was never of project p."""
    await feed.execute("UPDATE membership SET cds_productionproject_id = 'q'")
    await feed.execute("UPDATE catalogue_version SET version = version + 1")


@pytest.mark.parametrize("followed", [False, True])
async def test_a_declaration_counts_at_once_also_for_pages_in_memory(
    feed: Store, hub: Hub, counted: Counted, *, followed: bool
) -> None:
    await feed.execute(MANY, PAGE_CHANGES)
    await feed.settle()
    with hub.feed.followed() if followed else nullcontext():
        assert (await hub.poll(audience("p"), START, 5)).events
        await follow(hub, audience("p"), START, 5)
        times = counted.times
        assert (await hub.poll(audience("p"), START, 5)).events
        assert counted.times - times <= 1, "the page is in memory"
        await moved_to_q(feed)
        async with asyncio.timeout(60):
            while (await hub.poll(audience("p"), START, 5)).events:
                assert followed, "who is not followed looks at each poll"
                await asyncio.sleep(0.05)
        with hub.reading(audience("p"), START) as reader:
            assert not (await hub.next(reader, 0.5)).events


async def test_one_who_is_slow_goes_on_where_it_was_and_can_have_updates_joined(
    feed: Store, hub: Hub
) -> None:
    each, joined = Reader(audience(), START), Reader(audience(coalesce=True), START)
    with hub.feed.followed():
        for reader in (each, joined):
            reader.position = (await hub.next(reader, 0.5)).end
        await feed.execute(MANY, 1000)
        await feed.settle()
        fast = await follow(hub, audience(), START, 2000)
        found: dict[Reader, list[Position]] = {}
        for reader in (each, joined):
            found[reader] = []
            while reader.position < fast[-1]:
                batch = await hub.next(reader, 1.0)
                found[reader] += [event.position for event in batch.events]
                reader.position = batch.end
    assert found[each] == fast
    assert len(found[joined]) < 20
    assert found[joined][-1] == fast[-1]


async def test_a_cursor_from_a_process_that_has_read_further_waits_and_gets_nothing_twice(
    feed: Store, hub: Hub
) -> None:
    with hub.reading(audience(), START) as reader:
        await hub.next(reader, 0.2)
        await feed.change("2026-03-01", "mp")
        await feed.change("2026-03-02", "mp")
        await feed.settle()
        ahead = (await follow(hub, audience(), START, 1))[0]
        second = await follow(hub, audience(), ahead, 1)
        assert second[0] > ahead
        far = Reader(audience(), (second[0][0] + 1_000_000, 0))
        assert (await hub.next(far, 0.3)).events == ()


async def test_a_reader_that_falls_out_of_what_is_kept_is_told(feed: Store, hub: Hub) -> None:
    for day in range(1, 4):
        await feed.change(f"2026-03-0{day}", "mp")
    await feed.settle()
    await feed.execute(
        "UPDATE feed_floor SET (xid, seq) = (SELECT xid, seq FROM change WHERE seq = 2)",
    )
    (first,) = await feed.execute("SELECT xid, seq FROM change WHERE seq = 1")

    with pytest.raises(GoneError):
        await follow(hub, audience(), (first["xid"], first["seq"]), 1)
    assert len(await follow(hub, audience(), START, 1)) == 1
