"""`series_day`: on which days a series has values, written with them."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from gridfeed.domain.words import ChangeCause
from tests.storage.granted_client import Client
from tests.storage.store import NOON, Store, at, read, row, rows

DAYS = (
    "SELECT production_format::text, utc_day::text, interval_seconds, created_at FROM series_day"
    " ORDER BY 1, 2"
)
MIDNIGHT = 144  # the five-minute interval that begins the day after noon's


async def test_the_days_of_new_values_are_noted_once(store: Store) -> None:
    await store.publish(rows(row(1), row(2, interval=1), row(3, interval=MIDNIGHT)), at(0))
    await store.publish(rows(row(4, interval=2), read(5, 0)), at(1))
    assert await store.fetch(DAYS) == [
        ("scada", "2026-03-01", 300, at(0)),
        ("scada", "2026-03-02", 300, at(0)),
        ("settlement", "2026-03-01", 300, at(1)),
    ]


async def test_a_correction_and_an_edit_note_nothing(store: Store) -> None:
    await store.publish(row(1), at(0))
    await store.publish(row(2), at(1))
    await store.edit(row(3, cause=ChangeCause.EDIT), at(2))
    assert await store.fetch(DAYS) == [("scada", "2026-03-01", 300, at(0))]


async def test_an_edit_of_an_interval_without_a_value_notes_its_day(store: Store) -> None:
    await store.edit(row(3, cause=ChangeCause.EDIT), at(2))
    assert await store.fetch(DAYS) == [("scada", "2026-03-01", 300, at(2))]


async def test_another_length_of_an_interval_is_noted(store: Store) -> None:
    await store.publish(row(1), at(0))
    longer = row(2)
    longer.interval_seconds = [900]
    await store.publish(longer, at(1))
    assert [found[2] for found in await store.fetch(DAYS)] == [300, 900]


async def test_writers_of_the_same_days_in_another_order_do_not_wait_for_each_other_for_ever(
    store: Store,
) -> None:
    async def publish(meters: list[int], turn: int) -> None:
        from gridfeed.storage.values import publish_values  # noqa: PLC0415

        connection = await asyncpg.connect(store.url)
        try:
            async with connection.transaction():
                values = rows(*(row(turn, interval=turn, meter_id=meter) for meter in meters))
                await publish_values(connection, values, at(turn))
        finally:
            await connection.close()

    meters = list(range(1, 200))
    async with asyncio.timeout(30):
        await asyncio.gather(publish(meters, 1), publish(meters[::-1], 2))
    assert await store.fetch("SELECT count(*) FROM series_day") == [(199,)]


PLANT = """
WITH p AS (
  INSERT INTO project (cds_productionproject_id, tenant, name, timezone, interval_seconds,
    interval_anchor_seconds, units)
  SELECT name, 'default', name, 'UTC', 300, 0, 'kWh' FROM unnest(ARRAY['old', 'new']) AS name
), m AS (
  INSERT INTO meter (meter_number, cds_productionproject_id, capacity_kw, integration,
    hold_limit_seconds)
  VALUES ('m', 'new', 1, 'step', 120) RETURNING meter_id
)
INSERT INTO membership (meter_id, cds_productionproject_id, starts_at, ends_at)
SELECT meter_id, 'old', '-infinity', $1::timestamptz FROM m
UNION ALL SELECT meter_id, 'new', $1, 'infinity' FROM m
"""


@pytest.mark.parametrize(
    ("project", "days"),
    [("{old}", ["2026-03-01"]), ("{new}", ["2026-03-02"]), ("*", ["2026-03-01", "2026-03-02"])],
)
async def test_the_day_of_a_move_is_seen_by_whose_values_it_has(
    store: Store, project: str, days: list[str]
) -> None:
    moved = NOON + timedelta(hours=6)  # on the first day, after its only value

    async def plant(connection: asyncpg.Connection) -> None:
        await connection.execute(PLANT, moved)

    await store.run(plant)
    (meter_id,) = (await store.fetch("SELECT meter_id FROM meter"))[0]
    both = rows(row(1, meter_id=meter_id), row(2, interval=MIDNIGHT, meter_id=meter_id))
    await store.publish(both, at(0))
    seen = await Client(store.url, project).rows("SELECT utc_day::text FROM series_day ORDER BY 1")
    assert seen == days


async def test_of_the_past_only_days_that_had_a_value_are_seen(store: Store) -> None:
    await store.publish(row(1), at(0))
    await store.publish(row(2, interval=MIDNIGHT), at(2))
    asked = (
        "SELECT d.utc_day::text FROM granted_as_of.series_day d,"
        f" set_config('gridfeed.as_of', '{at(1).isoformat()}', false)"
    )
    assert await Client(store.url, "*").rows(asked) == ["2026-03-01"]
