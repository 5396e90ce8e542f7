"""When what stands behind a change was observed and ingested, and that saying so costs nothing."""

from dataclasses import replace
from datetime import timedelta

from gridfeed.domain.words import ChangeCause
from gridfeed.storage.statements import sql
from gridfeed.storage.values import publish_values
from tests.storage.store import NOON, Store, at, row, rows

TIMES = "SELECT kind::text, observed_at, ingested_at FROM change ORDER BY seq"
SECOND = timedelta(seconds=1)
INGESTED = NOON + timedelta(minutes=50)


async def publish(store: Store, *energies_observed: tuple[int, int], second: int) -> None:
    """Publish consecutive intervals, each of a sample so many seconds after noon."""
    values = rows(
        *(
            replace(row(energy, interval=place), observed_at=[NOON + observed * SECOND])
            for place, (energy, observed) in enumerate(energies_observed)
        )
    )
    await store.run(lambda connection: publish_values(connection, values, at(second), INGESTED))


async def test_a_change_over_several_intervals_says_the_newest_of_their_readings(
    store: Store,
) -> None:
    await publish(store, (1, 10), (2, 30), (3, 20), second=1)
    assert await store.fetch(TIMES) == [("CREATED", NOON + 30 * SECOND, INGESTED)]


async def test_an_interval_that_stays_as_it_is_does_not_speak_for_the_others(store: Store) -> None:
    await publish(store, (1, 10), (2, 20), second=1)
    await publish(store, (5, 15), (2, 40), second=2)
    assert (await store.fetch(TIMES))[1:] == [("CORRECTED", NOON + 15 * SECOND, INGESTED)]


async def test_without_a_message_behind_it_a_change_says_no_times(store: Store) -> None:
    await store.publish(row(1, is_open=True), at(1))
    await store.run(
        lambda connection: connection.execute(
            "INSERT INTO meter_source (meter_id, source_id) VALUES (1, 7)"
        )
    )
    await store.finalise(7, NOON + timedelta(days=1), at(2))
    await store.edit(row(2, cause=ChangeCause.EDIT), at(3))
    assert await store.fetch(TIMES) == [
        ("CREATED", None, None),
        ("FINALIZED", None, None),
        ("CORRECTED", None, None),
    ]


async def test_many_values_are_not_compared_each_with_each(store: Store) -> None:
    many = rows(*(row(energy, interval=energy, is_open=True) for energy in range(2000)))
    await store.publish(many, at(1))
    text, *arguments = sql(
        "publish_values",
        **many.columns(),
        observed_at=many.column("observed_at"),
        ingested_at=None,
        earliest=many.interval_start[0],
        latest=many.interval_start[-1],
        recorded_at=at(2),
        edited=False,
    )
    plan = [line for (line,) in await store.fetch(f"EXPLAIN {text}", *arguments)]
    begin = next(place for place, line in enumerate(plan) if "CTE changed" in line)
    end = next(place for place in range(begin + 1, len(plan)) if "CTE " in plan[place][:8])
    assert end > begin + 5
    assert not [line for line in plan[begin:end] if "Nested Loop" in line]
