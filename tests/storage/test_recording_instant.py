"""What is published of a series later has the later instant, whatever the server's clock does."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from gridfeed import clock
from gridfeed.storage.blocks import remember_meters
from gridfeed.storage.connect import Connection
from gridfeed.storage.source import (
    FencedError,
    Source,
    hold_fence,
    open_source,
    recording_instant,
)
from tests.storage.store import Store

#: The server's clock was this far ahead when it was set back.
AHEAD = datetime(2099, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


async def partition(
    store: Store, number: int, *, meter_id: int = 1, recorded_at: datetime
) -> Source:
    """Open a partition that brings a meter and published last at `recorded_at`."""

    async def opened(connection: Connection) -> Source:
        source = await open_source(connection, "telemetry", ("scada.telemetry", number))
        await remember_meters(connection, source.source_id, [meter_id])
        await connection.execute(
            "UPDATE ingest_source SET recorded_at = $2 WHERE source_id = $1",
            source.source_id,
            recorded_at,
        )
        return source

    source = await store.run(opened)
    assert isinstance(source, Source)
    return source


async def instant(store: Store, source: Source, *meter_ids: int) -> datetime:
    """Return the instant of the partition's next transaction."""
    at = await store.run(
        lambda connection: hold_fence(connection, source, 0, clock.now(), meter_ids=meter_ids)
    )
    assert isinstance(at, datetime)
    return at


async def test_a_transaction_is_recorded_when_it_happens(store: Store) -> None:
    source = await partition(store, 0, recorded_at=datetime(2020, 1, 1, tzinfo=UTC))
    before = (await store.fetch("SELECT clock_timestamp()"))[0][0]
    at = await instant(store, source)
    assert before < at < (await store.fetch("SELECT clock_timestamp()"))[0][0]


async def test_after_the_clock_was_set_back_instants_still_advance(store: Store) -> None:
    source = await partition(store, 0, recorded_at=AHEAD)
    assert [await instant(store, source) for _ in range(3)] == [
        AHEAD + step * MICROSECOND for step in (1, 2, 3)
    ]


async def test_a_shared_meter_is_recorded_after_what_the_other_partition_published(
    store: Store,
) -> None:
    mine = await partition(store, 0, recorded_at=datetime(2020, 1, 1, tzinfo=UTC))
    await partition(store, 1, recorded_at=AHEAD)
    await partition(store, 2, meter_id=2, recorded_at=AHEAD + timedelta(days=1))
    assert await instant(store, mine) < AHEAD
    assert await instant(store, mine, 1) == AHEAD + MICROSECOND


async def test_a_former_owner_gets_no_instant(store: Store) -> None:
    former = await partition(store, 0, recorded_at=AHEAD)
    await partition(store, 0, recorded_at=AHEAD)
    with pytest.raises(FencedError):
        await instant(store, former)


async def test_an_edit_is_recorded_after_the_streams_and_before_what_they_bring_next(
    store: Store,
) -> None:
    source = await partition(store, 0, recorded_at=AHEAD)
    edited = await store.run(lambda connection: recording_instant(connection, [1]))
    assert edited == AHEAD + MICROSECOND
    assert await instant(store, source) == AHEAD + 2 * MICROSECOND


async def test_a_partition_waits_for_an_edit_of_its_meters(store: Store) -> None:
    source = await partition(store, 0, recorded_at=datetime(2020, 1, 1, tzinfo=UTC))

    async def both() -> tuple[datetime, datetime]:
        editor, writer = await asyncpg.connect(store.url), await asyncpg.connect(store.url)
        edit = editor.transaction()
        await edit.start()
        edited = await recording_instant(editor, [1])
        writing = asyncio.create_task(hold_fence(writer, source, 0, clock.now()))
        held_up = "SELECT pg_blocking_pids($1) <> '{}'"
        while not await editor.fetchval(held_up, writer.get_server_pid()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)  # the server tells nobody who waits
        await edit.commit()
        written = await writing
        await editor.close()
        await writer.close()
        return edited, written

    edited, written = await both()
    assert edited < written
