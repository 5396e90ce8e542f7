"""Every published value is kept with what replaced it, why, and by how much."""

from dataclasses import replace

import pytest

from gridfeed.domain.words import ChangeCause, ProductionFormat
from tests.storage.store import Store, at, read, row, rows

CURRENT = "SELECT energy_microkwh, cause::text, created_at, recorded_at FROM interval_value"
FINAL = (
    "SELECT energy_microkwh, cause::text, recorded_at, replaced_at, replaced_by::text,"
    " delta_microkwh FROM interval_version ORDER BY replaced_at"
)
OPEN = FINAL.replace("interval_version", "open_version")
CHANGES = (
    "SELECT kind::text, cause::text, delta_microkwh, recorded_at,"
    " extract(epoch FROM interval_to - interval_from)::integer / 300 FROM change ORDER BY seq"
)


async def test_a_final_value_that_is_replaced_is_kept_with_cause_and_difference(
    store: Store,
) -> None:
    await store.publish(row(40), at(1))
    await store.publish(row(55), at(2))
    assert await store.fetch(CURRENT) == [(55, "late_samples", at(1), at(2))]
    assert await store.fetch(FINAL) == [(40, "first", at(1), at(2), "late_samples", 15)]
    assert await store.fetch(OPEN) == []


async def test_an_open_value_that_is_replaced_is_kept_apart(store: Store) -> None:
    await store.publish(row(40, is_open=True), at(1))
    await store.publish(row(30, is_open=True), at(2))
    assert await store.fetch(CURRENT) == [(30, "samples", at(1), at(2))]
    assert await store.fetch(OPEN) == [(40, "first", at(1), at(2), "samples", -10)]
    assert await store.fetch(FINAL) == []


async def test_versions_follow_each_other_without_gap_or_overlap(store: Store) -> None:
    for second, energy in enumerate((1, 2, 3, 4, 5)):
        await store.publish(row(energy, is_open=second < 2), at(second))
    await store.finalise(1, at(0), at(9))  # meter 1 has no source: nothing is due
    lives = await store.fetch(
        "SELECT recorded_at, replaced_at FROM interval_version"
        " UNION ALL SELECT recorded_at, replaced_at FROM open_version"
        " UNION ALL SELECT recorded_at, NULL FROM interval_value ORDER BY 1"
    )
    ends = [*(at(second) for second in (1, 2, 3, 4)), None]
    assert lives == [(at(second), end) for second, end in enumerate(ends)]


async def test_the_same_value_again_leaves_no_trace(store: Store) -> None:
    await store.publish(row(40), at(1))
    assert await store.publish(row(40), at(2)) == 0
    assert await store.fetch(CURRENT) == [(40, "first", at(1), at(1))]
    assert await store.fetch(FINAL) == []


async def test_a_change_carries_the_instant_the_cause_and_the_difference(store: Store) -> None:
    await store.publish(row(40, is_open=True), at(1))
    await store.publish(row(41, is_open=True), at(2))
    assert await store.fetch(CHANGES) == [
        ("CREATED", "first", None, at(1), 1),
        ("UPDATED", "samples", 1, at(2), 1),
    ]


@pytest.mark.parametrize(("former", "new"), [(None, 5), (5, None)])
async def test_there_is_no_difference_to_or_from_an_unknown_value(
    store: Store, former: int | None, new: int | None
) -> None:
    await store.publish(row(former), at(1))
    await store.publish(row(new), at(2))
    assert await store.fetch(FINAL) == [(former, "first", at(1), at(2), "late_samples", None)]
    assert (await store.fetch(CHANGES))[1] == ("CORRECTED", "late_samples", None, at(2), 1)


async def test_neighbours_with_one_cause_share_a_change_with_the_sum_of_their_differences(
    store: Store,
) -> None:
    await store.publish(rows(row(10), row(20, interval=1), row(30, interval=2)), at(1))
    await store.publish(rows(row(11), row(22, interval=1), row(33, interval=2)), at(2))
    assert (await store.fetch(CHANGES))[1:] == [("CORRECTED", "late_samples", 6, at(2), 3)]


async def test_neighbours_of_which_one_has_no_difference_have_none_together(store: Store) -> None:
    await store.publish(rows(row(10), row(None, interval=1)), at(1))
    await store.publish(rows(row(11), row(22, interval=1)), at(2))
    assert (await store.fetch(CHANGES))[1:] == [("CORRECTED", "late_samples", None, at(2), 2)]


async def test_neighbours_with_different_causes_have_a_change_each(store: Store) -> None:
    await store.publish(rows(read(10, 0), read(20, 0, interval=1)), at(1))
    await store.publish(rows(read(11, 1), read(22, 0, interval=1)), at(2))
    assert (await store.fetch(CHANGES))[1:] == [
        ("CORRECTED", "settlement_version", 1, at(2), 1),
        ("CORRECTED", "reread", 2, at(2), 1),
    ]


async def test_a_read_of_the_same_settlement_version_is_a_reread(store: Store) -> None:
    for second, (energy, version) in enumerate(((10, 0), (12, 0), (15, 2))):
        await store.publish(read(energy, version), at(second))
    assert await store.fetch(FINAL) == [
        (10, "first", at(0), at(1), "reread", 2),
        (12, "reread", at(1), at(2), "settlement_version", 3),
    ]


async def test_a_newer_forecast_updates_and_keeps_the_former_vintage(store: Store) -> None:
    for second, energy in enumerate((10, 12)):
        vintage = replace(
            row(energy, cause=ChangeCause.VINTAGE),
            production_format=[ProductionFormat.FORECAST_DAY_AHEAD],
        )
        await store.publish(vintage, at(second))
    assert await store.fetch(FINAL) == [(10, "first", at(0), at(1), "vintage", 2)]
    assert (await store.fetch(CHANGES))[1][:3] == ("UPDATED", "vintage", 2)


async def test_a_series_is_known_from_its_first_value_on(store: Store) -> None:
    series = "SELECT meter_id, production_format::text, channel::text, created_at FROM series"
    await store.publish(rows(row(1, meter_id=2), row(1), row(1, interval=1)), at(1))
    await store.publish(rows(row(2, interval=2), read(3, 0)), at(2))
    assert await store.fetch(f"{series} ORDER BY 1, 2") == [
        (1, "scada", "GROSS", at(1)),
        (1, "settlement", "GROSS", at(2)),
        (2, "scada", "GROSS", at(1)),
    ]


async def test_intervals_become_final_at_the_instant_of_their_transaction(store: Store) -> None:
    await store.fetch(
        "INSERT INTO ingest_source (stream, topic, kafka_partition) VALUES ('telemetry', 't', 0)"
    )
    await store.fetch("INSERT INTO meter_source (meter_id, source_id) VALUES (1, 1)")
    await store.publish(row(40, is_open=True), at(1))
    assert await store.finalise(1, clock=at(3600), recorded_at=at(2)) == 1
    assert (await store.fetch(CHANGES))[1] == ("FINALIZED", None, None, at(2), 1)
    assert await store.fetch(CURRENT) == [(40, "first", at(1), at(1))]
    assert await store.fetch(OPEN) == []
