"""What left the log unhandled is noted once, and no value that it may touch is calculated."""

from tests.stream.log_ends import delete_records, make_again
from tests.stream.plant import Plant, sample

STRETCHES = (
    "SELECT first_offset, last_offset, after_at IS NOT NULL, before_at IS NOT NULL"
    " FROM lost_stretch ORDER BY lost_id"
)
QUALITIES = (
    "SELECT quality::text FROM interval_value JOIN meter USING (meter_id)"
    " WHERE meter_number = $1 ORDER BY interval_start"
)


async def qualities(plant: Plant, meter: str = "m") -> list[str | None]:
    return [row[0] for row in await plant.fetch(QUALITIES, meter)]


async def begun(plant: Plant) -> None:
    """Let an owner handle the minutes 0 to 13 of meter m, offsets 0 to 13, and stop."""
    owner = plant.owner()
    await owner.open()
    await plant.send(*(sample(minute) for minute in range(14)))
    await plant.handled(owner, 14)
    await plant.publish(owner, checkpoint=True)
    assert await qualities(plant) == ["calculated", "calculated", "calculated"]


async def test_what_was_deleted_under_a_stopped_worker_is_noted_once_and_leaves_values_in_doubt(
    plant: Plant,
) -> None:
    await begun(plant)
    await plant.send(*(sample(minute) for minute in range(14, 35)))
    await delete_records(plant.tools.settings.kafka_bootstrap, plant.tp.topic, 16)
    owner = plant.owner()
    await owner.open()
    assert (owner.position, await plant.fetch(STRETCHES)) == (16, [(14, 15, True, True)])
    await plant.handled(owner, 35)
    await plant.publish(owner, checkpoint=True)
    # That of minute 10 was covered by the hold of minute 13, and nobody knows what minute 14 said.
    expected = ["calculated"] * 2 + ["estimated"] * 2 + ["calculated"] * 3 + [None]
    assert await qualities(plant) == expected
    await plant.owner().open()
    assert len(await plant.fetch(STRETCHES)) == 1


async def test_a_published_value_is_in_doubt_as_soon_as_the_loss_is_noticed(plant: Plant) -> None:
    await begun(plant)
    await plant.send(sample(14))
    await delete_records(plant.tools.settings.kafka_bootstrap, plant.tp.topic, 15)
    owner = plant.owner()
    await owner.open()
    await plant.publish(owner)
    assert await plant.fetch(STRETCHES) == [(14, 14, True, False)]
    assert await qualities(plant) == ["calculated", "calculated", "estimated"]
    await plant.send(*(sample(minute) for minute in range(20, 25)))
    await plant.handled(owner, 20)
    await plant.publish(owner, checkpoint=True)
    assert await plant.fetch(STRETCHES) == [(14, 14, True, True)]
    assert await plant.fetch("SELECT ends_at::text FROM lost_series") == [
        ("2026-03-01 12:20:00+00",)
    ]


async def test_a_topic_made_again_and_filled_beyond_the_offset_is_read_from_its_start(
    plant: Plant,
) -> None:
    await begun(plant)
    await make_again(plant.tools.settings.kafka_bootstrap, plant.tp.topic)
    await plant.send(*(sample(minute, 12.0) for minute in range(60, 80)))
    owner = plant.owner()
    await owner.open()
    assert owner.position == 0
    assert await plant.fetch("SELECT max(generation) FROM ingest_source") == [(2,)]
    await plant.handled(owner, 20)
    await plant.publish(owner, checkpoint=True)
    assert await plant.fetch("SELECT sum(samples) FROM sample_block") == [(34,)]
    assert await plant.fetch(STRETCHES) == []
